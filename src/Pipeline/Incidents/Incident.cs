using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Verification;

namespace Pipeline.Incidents;

/// <summary>
/// An undo or a rollback while it goes on: measures whether users are answered, keeps evidence, collects what happened, tells the support,
/// and writes the report once the record says how it ended. One a run; nothing happens until it begins.
/// </summary>
internal sealed class Incident : IAsyncDisposable
{
    private const int MostFacts = 60;
    private const int LongestFact = 400;
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private StepContext? context;
    private AvailabilityWatch? watch;
    private SupportNotices? notices;
    private IncidentFacts facts = new();

    /// <param name="time">The clock.</param>
    public Incident(TimeProvider time)
    {
        this.time = time;
        Availability = new Availability(time);
    }

    /// <summary>What every probe of the run is told to.</summary>
    public Availability Availability { get; }

    /// <summary>Ends once the evidence is kept, or cannot be. It never fails: whatever keeps it from being kept, users come first.</summary>
    public Task EvidenceTaken { get; private set; } = Task.CompletedTask;

    /// <summary>What happened so far; null when this run puts nothing back.</summary>
    public IncidentFacts? Facts
    {
        get
        {
            lock (gate)
                return context is null ? null : facts with { Availability = Availability.Result };
        }
    }

    /// <summary>Begins it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="what">What begins, for the timeline.</param>
    public void Begin(StepContext run, string what)
    {
        if (context is not null)
            return;
        context = run;
        if (run.Options.Addresses is { } addresses)
            watch = new AvailabilityWatch(addresses, Availability, time);
        notices = SupportNotices.To(run.Options.NoticeWebhook, time);
        Say(what);
    }

    /// <summary>Adds to the timeline.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="isBad">True when it went wrong.</param>
    public void Say(string what, bool isBad = false) =>
        Change(f => f.Events.Length < MostFacts ? f with { Events = f.Events.Add(new IncidentEvent(time.GetUtcNow(), Short(what), isBad)) } : f);

    /// <summary>Adds how putting something back ended.</summary>
    /// <param name="what">What.</param>
    /// <param name="whyNot">Why it is not back; null when it is.</param>
    public void PutBack(string what, string? whyNot = null)
    {
        Change(f => f.PutBack.Length < MostFacts ? f with { PutBack = f.PutBack.Add(new PutBackResult(Short(what), whyNot is null ? null : Short(whyNot))) } : f);
        Say(whyNot is null ? $"Back: {what}" : $"Not back: {what}", whyNot is not null);
    }

    /// <summary>Sends a notice to the support; never waits for it and never fails.</summary>
    public void Tell(Release release, string what) => notices?.Send(SupportNotice.Of(release, what));

    /// <summary>Begins to keep what would be gone once pods are replaced; two seconds at most.</summary>
    public void TakeEvidence(ClusterConnection cluster) => EvidenceTaken = KeepAsync(cluster);

    /// <summary>Ends the measuring: nothing more is put back.</summary>
    public async Task StopAsync()
    {
        if (watch is not null)
            await watch.DisposeAsync();
        watch = null;
    }

    /// <summary>Writes the report, tells the support how it ended, and waits for notices that are under way.</summary>
    public async Task EndAsync(Release release, ReleaseHistory history)
    {
        // A rollback that was refused the lock has put nothing back.
        if (context is null || release.Number == 0)
            return;
        if (context.Options.EvidenceFolder is { } folder)
            await WriteAsync(folder, release, history);
        if (notices is null)
            return;
        notices.Send(SupportNotice.Of(release, SupportNotice.End(release)));
        foreach (var fault in await notices.EndAsync())
            context.Summary.LeftAlone(fault);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await EvidenceTaken;
        notices?.Dispose();
    }

    private async Task KeepAsync(ClusterConnection cluster)
    {
        if (context?.Options.EvidenceFolder is not { } folder)
            return;
        try
        {
            var kept = await Diagnosis.BeforeUndoAsync(folder, context, cluster);
            Change(f => f with { Evidence = Path.GetFileName(kept.Bundle), Seen = [.. kept.Standouts.Take(MostFacts / 4).Select(Short)] });
            Say($"Evidence kept in {Path.GetFileName(kept.Bundle)}");
        }
#pragma warning disable CA1031 // A full disk, a cluster that is away: nothing keeps users waiting.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Log.Warning("No evidence was kept in '{Folder:l}': {Why:l}", folder, e.Message);
            Say($"No evidence was kept: {e.Message}", isBad: true);
        }
    }

    private async Task WriteAsync(string folder, Release release, ReleaseHistory history)
    {
        try
        {
            var path = await IncidentFiles.WriteAsync(folder, IncidentReport.Of(release, history, Masked));
            context!.Summary.Changed($"the incident report is in '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context!.Summary.LeftAlone($"the incident report, which could not be written to '{folder}': {e.Message} ./build.sh IncidentReport writes it from the record");
        }
    }

    private string Masked(string text) => EvidenceMask.Without(context!.Redact(text));

    private string Short(string text) => Masked(text) is { Length: > LongestFact } longer ? longer[..LongestFact] + "…" : Masked(text);

    private void Change(Func<IncidentFacts, IncidentFacts> change)
    {
        lock (gate)
            if (context is not null)
                facts = change(facts);
    }
}
