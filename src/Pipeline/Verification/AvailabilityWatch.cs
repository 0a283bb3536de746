using System.Net.Http.Headers;

namespace Pipeline.Verification;

/// <summary>Asks the addresses that users use once a second while something is put back: how long users were affected is measured, not guessed.</summary>
internal sealed class AvailabilityWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource over = new();
    private readonly HttpClient client;
    private readonly TimeProvider time;
    private readonly Availability availability;
    private readonly Task asking;

    /// <param name="options">The addresses; those that are missing or malformed are not asked.</param>
    /// <param name="availability">What is told of each answer.</param>
    /// <param name="time">The clock.</param>
    public AvailabilityWatch(VerificationOptions options, Availability availability, TimeProvider time)
    {
        (this.availability, this.time) = (availability, time);
        // A new connection for each question, as new users have it.
        client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.CacheControl = new CacheControlHeaderValue { NoCache = true };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("pipeline-availability");
        asking = Task.WhenAll(Addresses(options).Select(KeepAskingAsync));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await asking;
        client.Dispose();
        over.Dispose();
    }

    private static IEnumerable<Uri> Addresses(VerificationOptions options)
    {
        foreach (var (address, path) in (IEnumerable<(string?, string)>)[(options.ApiUrl, "/health"), (options.SiteUrl, "/")])
            if (Uri.TryCreate(address?.TrimEnd('/') + path, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https")
                yield return whole;
    }

    private async Task KeepAskingAsync(Uri address)
    {
        try
        {
            while (true)
            {
                availability.Add(address, await FaultAsync(address));
                await Task.Delay(Pause, time, over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
    }

    private async Task<string?> FaultAsync(Uri address)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, limit.Token);
        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (int)answer.StatusCode < 500 ? null : $"status {(int)answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"no answer: {e.InnerException?.Message ?? e.Message}";
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            return $"no answer within {AnswerWithin.TotalSeconds} s";
        }
    }
}
