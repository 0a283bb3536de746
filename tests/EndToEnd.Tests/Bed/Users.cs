using System.Collections.Concurrent;
using System.Diagnostics;

namespace EndToEnd.Tests.Bed;

/// <summary>What users saw while they kept asking.</summary>
/// <param name="Requests">How many requests were sent.</param>
/// <param name="Failures">One line for each that failed.</param>
/// <param name="Took">For how long they asked, from the first right answer on.</param>
internal sealed record Seen(int Requests, IReadOnlyList<string> Failures, TimeSpan Took)
{
    public double PerSecond => Requests / Took.TotalSeconds;
}

/// <summary>
/// Users who keep asking for what the product serves, one half with a connection for each request, the other with connections that stay
/// open. An address counts from its first right answer on: before the first release there is nothing.
/// </summary>
internal sealed class Users : IAsyncDisposable
{
    // All of them together ask 40 times per second, and leave the cores to what they ask.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> failures = [];
    private readonly ConcurrentDictionary<int, bool> served = [];
    private readonly Func<IReadOnlyList<string>> addresses;
    private readonly Task asking;
    private volatile bool isResting;
    private long began;
    private int requests;

    /// <param name="count">How many addresses there are.</param>
    /// <param name="addresses">Where they ask; empty while nobody knows.</param>
    public Users(int count, Func<IReadOnlyList<string>> addresses)
    {
        this.addresses = addresses;
        asking = Task.WhenAll(Enumerable.Range(0, count).SelectMany(n => (Task[])[AskAsync(n, staysOpen: true), AskAsync(n, staysOpen: false)]));
    }

    /// <summary>What they saw so far.</summary>
    public Seen Seen => new(requests, [.. failures], began == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began));

    /// <summary>For a story in which the product is taken away: nothing counts until the product has answered again after <see cref="Return"/>.</summary>
    public void Rest() => isResting = true;

    /// <summary>From its next right answer on, each address counts again.</summary>
    public void Return()
    {
        served.Clear();
        isResting = false;
    }

    /// <summary>Lets them end their last request.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await asking;
        stop.Dispose();
    }

    private async Task AskAsync(int number, bool staysOpen)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.ConnectionClose = !staysOpen;
        while (!stop.IsCancellationRequested)
        {
            if (!isResting && addresses() is { Count: > 0 } known)
                await AskAsync(client, number, known[number]);
            await Task.Delay(Pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(HttpClient client, int number, string address)
    {
        var counts = served.ContainsKey(number);
        try
        {
            using var answer = await client.GetAsync(address, CancellationToken.None);
            if (answer.IsSuccessStatusCode && !isResting)
                Count(number);
            else if (!answer.IsSuccessStatusCode)
                Fail(counts, $"{address}: {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Fail(counts, $"{address}: {e.Message}");
        }

        if (counts)
            Interlocked.Increment(ref requests);
    }

    private void Count(int number)
    {
        served[number] = true;
        Interlocked.CompareExchange(ref began, Stopwatch.GetTimestamp(), 0);
    }

    private void Fail(bool counts, string what)
    {
        if (counts && !isResting)
            failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {what}");
    }
}
