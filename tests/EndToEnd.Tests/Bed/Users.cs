using System.Diagnostics;

namespace EndToEnd.Tests.Bed;

/// <summary>What users saw while they kept asking.</summary>
/// <param name="Requests">How many requests were sent.</param>
/// <param name="Failures">One line for each that failed.</param>
/// <param name="Took">For how long they asked.</param>
internal sealed record Seen(int Requests, IReadOnlyList<string> Failures, TimeSpan Took)
{
    public double PerSecond => Requests / Took.TotalSeconds;
}

/// <summary>Users who keep asking the API: one half with a connection for each request, the other with connections that stay open.</summary>
internal sealed class Users : IAsyncDisposable
{
    private const int Each = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly string[] Paths = ["/api/v1/datasets", "/health"];
    private readonly CancellationTokenSource stop = new();
    private readonly List<string> failures = [];
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly string address;
    private readonly Task asking;
    private int requests;

    public Users(string address)
    {
        this.address = address;
        asking = Task.WhenAll(Enumerable.Range(0, Each).SelectMany(_ => (Task[])[AskAsync(staysOpen: true), AskAsync(staysOpen: false)]));
    }

    /// <summary>Lets them end their last request.</summary>
    public async Task<Seen> EndAsync()
    {
        await stop.CancelAsync();
        await asking;
        return new Seen(requests, failures, Stopwatch.GetElapsedTime(started));
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        stop.Dispose();
    }

    private async Task AskAsync(bool staysOpen)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.ConnectionClose = !staysOpen;
        while (!stop.IsCancellationRequested)
        {
            var path = Paths[Interlocked.Increment(ref requests) % Paths.Length];
            try
            {
                using var answer = await client.GetAsync(address + path, CancellationToken.None);
                if (!answer.IsSuccessStatusCode)
                    Fail($"{path}: {(int)answer.StatusCode}");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                Fail($"{path}: {e.Message}");
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Fail(string what)
    {
        lock (failures)
            failures.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {what}");
    }
}
