using System.Text;
using Pipeline.Rollouts;
using Sandbox.Tests.Verdicts.Live;

namespace Sandbox.Tests.Verdicts;

/// <summary>Writes docs/verdicts.md: the table of rules, and what came of every situation.</summary>
internal static class VerdictDocument
{
    /// <summary>The document's place in the repository.</summary>
    public static string FilePath => Path.Combine(Root, "docs", "verdicts.md");

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
                folder = folder.Parent!;
            return folder.FullName;
        }
    }

    /// <summary>The whole text.</summary>
    public static string Text()
    {
        var all = Situation.Names.Select(Situation.Read).Select(s => (Situation: s, Verdict: Replay.Of(s))).ToList();
        var text = new StringBuilder("""
            # Verdicts on a rollout

            `Deploy` watches the Deployment, its newest ReplicaSet, their pods and the pods' events, and gives up as early as it is certain.
            This page is written by the tests that prove it: change a rule or a situation in `tests/Sandbox.Tests/Verdicts/corpus`, run
            `VERDICTS_WRITE=1 dotnet test tests/Sandbox.Tests --filter CorpusTests`, and commit both.

            The figures are those of the judge alone under a clock of its own. A second test tells every situation, change by change, through the
            API server of the sandbox and watches it over HTTP as `Deploy` does: outcome, condition and seconds are the same.

            ## How it decides

            - **terminal**: a verdict at once. **counted**: a verdict once it lasted for its grace without a break. **told**: decides nothing.
            - What is terminal, or comes from the pod template, decides with the first pod, unless another new pod runs well: then the
              trouble may be that pod's own, and all new pods must have it, or one for two minutes.
            - Restarts count from before the release was applied. The third end of a program in a row is a verdict.
            - A pod that was restarted, or has no readiness probe, counts as serving once it ran for ten seconds.
            - Trouble that went away and comes again is new.
            - While an old pod still drains, for as long as it may and half a minute more, room that is missing is not counted yet: that pod makes some.
            - While a new pod starts, a full quota is not counted: once it serves, an old pod goes.

            ## The rules


            """.ReplaceLineEndings("\n"));
        AppendRules(text);
        AppendSummary(text, all);
        AppendSituations(text, all);
        return text.ToString();
    }

    private static void AppendRules(StringBuilder text)
    {
        text.Append("| condition | level | grace | what to do | source |\n| --- | --- | --- | --- | --- |\n");
        foreach (var rule in VerdictRules.All)
            text.Append($"| {rule.Condition} | {Lower(rule.Level)} | {(rule.Level == VerdictLevel.Counted ? Seconds(rule.Grace) : "")}{(rule == VerdictRules.ReadinessFailing ? " after the probe's own budget" : "")} | {rule.Hint} | {rule.Source} |\n");
    }

    // A situation that is decided while it is watched is judged right or wrong; what is doomed and not decided is missed.
    private static void AppendSummary(StringBuilder text, List<(Situation Situation, Verdict Verdict)> all)
    {
        var doomed = all.Where(a => a.Situation.Expected.IsDoomed).ToList();
        var failed = all.Where(a => a.Verdict.Outcome == "failed").ToList();
        var right = failed.Count(a => a.Situation.Expected.IsDoomed);
        var terminal = failed.Where(a => a.Verdict.Failure!.Rule.Level == VerdictLevel.Terminal).ToList();
        var late = terminal.Where(a => a.Verdict.AfterFirstSight > TimeSpan.FromSeconds(1)).Select(a => $"`{a.Situation.Name}`").ToList();
        text.Append("\n## What came of it\n\n")
            .Append($"{all.Count} situations, {all.Count(a => a.Situation.IsRecorded)} of them recorded from a real cluster (Kubernetes 1.20.2, its kubelet and the Docker engine) and replayed, the others written after their source. ")
            .Append($"{doomed.Count} are doomed, {all.Count - doomed.Count} heal.\n\n")
            .Append($"- Precision: {right} of {failed.Count} failures were failures ({Percent(right, failed.Count)}).\n")
            .Append($"- Recall: {right} of {doomed.Count} doomed rollouts were given up while they were watched ({Percent(right, doomed.Count)}).\n")
            .Append($"- Terminal conditions: {terminal.Count - late.Count} of {terminal.Count} verdicts came within one second of the first sight of the condition; in {string.Join(" and ", late)} another new pod ran well meanwhile.\n");
        foreach (var (situation, _) in all.Where(a => a.Situation.Expected.Miss is not null))
            text.Append($"- Missed: {situation.Title.ToLowerInvariant()} (`{situation.Name}`). {situation.Expected.Miss}\n");
    }

    private static void AppendSituations(StringBuilder text, List<(Situation Situation, Verdict Verdict)> all)
    {
        text.Append("""

            ## Situations

            Seconds are those of the recording, after the Deployment was applied. On the recording machine up to eighteen rollouts shared one
            node with two processors, so that its kubelet reports late; what the verdict adds stands in the column after. Live: with real pods on
            the test bed, up to five at once, from the apply to the verdict; ×5 where the clock of the graces ran so much faster.

            | situation | example of | told by | outcome | condition | verdict after | of that, after first sight | live | source |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        var live = LiveVerdict.Kept();
        foreach (var (situation, verdict) in all.OrderByDescending(a => a.Situation.Expected.IsDoomed).ThenBy(a => a.Situation.Row, StringComparer.Ordinal).ThenBy(a => a.Situation.Name, StringComparer.Ordinal))
            text.Append($"| {situation.Title} | {situation.Row} | {(situation.IsRecorded ? "recording" : "source")} | {verdict.Outcome} | {verdict.Failure?.Rule.Condition ?? situation.Expected.Reason} | {(verdict.Outcome == "waiting" ? "" : Seconds(verdict.At))} | {(verdict.AfterFirstSight is { } after ? Seconds(after) : "")} | {Seen(live.GetValueOrDefault(situation.Name))} | {situation.Source} |\n");
    }

    private static string Seen(LiveVerdict? live) =>
        live is null ? "" : $"{live.Outcome}, {live.Seconds:0.#} s{(live.Speed > 1 ? $" (×{live.Speed})" : "")}";

    private static string Lower(VerdictLevel level) => $"{level}".ToLowerInvariant();

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.#} s";

    private static string Percent(int part, int whole) => $"{100.0 * part / whole:0} %";
}
