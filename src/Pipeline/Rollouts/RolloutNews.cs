using Pipeline.Output;
using Serilog;

namespace Pipeline.Rollouts;

/// <summary>Tells a person what changes during a rollout: a bar and the pods on a terminal, and everywhere one line for each change.</summary>
/// <param name="log">The step's log.</param>
/// <param name="name">The Deployment's name.</param>
/// <param name="time">The clock.</param>
internal sealed class RolloutNews(ILogger log, string name, TimeProvider time)
{
    private readonly FindingNews findings = new(log, $"Deployment/{name}", time);
    private static readonly string[] Head = ["POD", "NODE", "STATE", "READY", "RESTARTS", "AGE"];
    private PodRow[] shown = [];
    private long ready = -1;

    /// <summary>Says what is new since the last call.</summary>
    public void Tell(RolloutView view, RolloutLook look)
    {
        if (view.Deployment is not null && view.Ready != ready)
        {
            ready = view.Ready;
            log.Progress(Id, $"Deployment/{name}: new pods ready", ready, view.Wanted, "pods");
            if (ready > 0 && ready < view.Wanted)
                log.Information("Deployment/{Name:l}: {Ready} of {Wanted} new pods are ready", name, ready, view.Wanted);
        }

        ShowPods(view);
        findings.Tell(look.Findings);
    }

    /// <summary>Takes the table of pods away: the rollout has its verdict.</summary>
    public void End() => log.ProgressTable(Id, []);

    private string Id => $"rollout/{name}";

    private void ShowPods(RolloutView view)
    {
        PodRow[] now = [.. view.AllPods.Select(PodRow.Of)];
        if (now.SequenceEqual(shown))
            return;
        shown = now;
        log.ProgressTable(Id, [Head, .. now.Select(r => (string[])[r.Name, r.Node, r.State, r.Ready, $"{r.Restarts}", $"@{r.Made}"])]);
    }
}
