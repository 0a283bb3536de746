using System.Net.Http.Headers;
using Pipeline.Leases;
using Serilog;

namespace Pipeline.Verification;

/// <summary>Asks addresses until they answer rightly or the time is over.</summary>
internal sealed class ProbeRun : IDisposable
{
    private static readonly TimeSpan UntilRight = TimeSpan.FromMilliseconds(500);
    private readonly HttpClient client;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Availability? availability;

    /// <param name="time">The clock.</param>
    /// <param name="log">Where each new fault is told.</param>
    /// <param name="gate">What each question passes first.</param>
    /// <param name="availability">What is told whether users were answered.</param>
    public ProbeRun(TimeProvider time, ILogger log, RequestGate gate, Availability? availability = null)
    {
        this.time = time;
        this.log = log;
        this.availability = availability;
        // A connection stays with one pod; a new one for each question is spread over all of them.
        client = new HttpClient(new GatedRequests(gate, new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })) { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.CacheControl = new CacheControlHeaderValue { NoCache = true };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("pipeline-verify");
    }

    /// <summary>Asks all of them side by side.</summary>
    /// <returns>One result for each, in their order.</returns>
    public async Task<IReadOnlyList<ProbeResult>> AskAsync(IReadOnlyList<Probe> probes, TimeSpan limit, CancellationToken cancellation) =>
        await Task.WhenAll(probes.Select(p => AskAsync(p, limit, cancellation)));

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task<ProbeResult> AskAsync(Probe probe, TimeSpan limit, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        string? reported = null;
        for (var right = 0; ;)
        {
            var asked = time.GetTimestamp();
            var fault = await FaultAsync(probe, cancellation);
            var took = time.GetElapsedTime(asked).TotalMilliseconds;
            right = fault is null ? right + 1 : 0;
            if (right == probe.InARow)
                return new ProbeResult(probe.Name, $"{probe.Address}", true, "as released", took);
            if (fault is not null && fault != reported)
                log.Information("{Probe:l}: not yet: {Fault:l}", probe.Name, reported = fault);
            // Answers in a row are for the pods behind one address, and they need no time: in an incident people wait for this.
            var pause = fault is null ? TimeSpan.Zero : UntilRight;
            if (time.GetElapsedTime(started) + pause > limit)
                return new ProbeResult(probe.Name, $"{probe.Address}", false, fault ?? $"only {right} of {probe.InARow} right answers in a row", took);
            await Task.Delay(pause, time, cancellation);
        }
    }

    private async Task<string?> FaultAsync(Probe probe, CancellationToken cancellation)
    {
        try
        {
            using var response = await client.GetAsync(probe.Address, cancellation);
            var answer = new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
            availability?.Add(probe.Address, answer.Status < 500 ? null : $"status {answer.Status}");
            return probe.Fault(answer);
        }
        catch (HttpRequestException e)
        {
            return Unanswered(probe, $"no answer: {e.InnerException?.Message ?? e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unanswered(probe, $"no answer within {client.Timeout.TotalSeconds} s");
        }
    }

    private string Unanswered(Probe probe, string fault)
    {
        availability?.Add(probe.Address, fault);
        return fault;
    }
}
