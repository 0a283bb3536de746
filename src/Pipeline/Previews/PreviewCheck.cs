using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Runs;

namespace Pipeline.Previews;

/// <summary>
/// The release is about to do exactly what a preview showed. Looks right before the first change; a release that this was proven of goes on
/// after an interruption, for then part of it is done.
/// </summary>
/// <param name="options">What is released.</param>
/// <param name="file">The plan that the preview kept.</param>
internal sealed class PreviewCheck(PreviewOptions options, string file) : IPreflightCheck
{
    /// <summary>Not among the checks that a person may leave out: whoever does not want it leaves out the flag.</summary>
    public const string CheckName = "from-preview";

    private const int Told = 5;

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var shown = PlanFile.Read(file);
        var release = context.Ledger.Current;
        if (release.LastLook?.Findings.Any(f => f.Check == Name && f.State == FindingState.Passed) == true && release.Key == shown.Key)
            return new Finding(Name, FindingState.Passed, "proven when this release began");
        try
        {
            var outlook = await Outlook.ReadAsync(options, release, release.Image?.Digest, context, cancellation);
            return Judge(shown, PreviewPlan.Of(outlook, context.Options.Cluster.ClusterUid!));
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            // What cannot be compared is not proven.
            return new Finding(Name, FindingState.Failed, e.Message, "Rights: k8s/setup/.");
        }
    }

    private Finding Judge(PreviewPlan shown, PreviewPlan now)
    {
        var moved = PlanDifference.Between(shown, now).ToList();
        if (moved.Count == 0)
            return new Finding(Name, FindingState.Passed, $"just what {shown.By} saw at {shown.Made:u}");
        var more = moved.Count > Told ? $"; and {moved.Count - Told} more" : "";
        return new Finding(
            Name, FindingState.Failed, $"it is not what {shown.By} saw at {shown.Made:u}: {string.Join("; ", moved.Take(Told))}{more}.",
            $"Look again with ./build.sh Preview --save {file}, and deploy from that.");
    }
}
