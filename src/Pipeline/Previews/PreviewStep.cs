using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Previews;

/// <summary>
/// Shows what Deploy would change: image, objects field by field, revisions with their SQL, pages. Takes no lock, writes no record, pushes
/// and applies nothing. Ends with <see cref="ExitCode.Changes"/> when there is something to do.
/// </summary>
/// <param name="options">What would be released.</param>
/// <param name="save">The file that keeps the plan for Deploy; null keeps none.</param>
public sealed class PreviewStep(PreviewOptions options, string? save) : IStep
{
    /// <inheritdoc />
    public string Name => "Preview";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions();
        var release = await ReleaseAsync(context, cancellation);
        var inputs = await BuildInputs.ReadAsync(options.Image, BuildContext.Read(options.Image.ImageContext), await context.SourceAsync(cancellation), cancellation);
        var digest = await DigestAsync(inputs, context, cancellation);
        var outlook = await Outlook.ReadAsync(options, release, digest, context, cancellation);
        var changes = await ShowAsync(outlook, digest, context, cancellation);
        if (changes)
            context.EndWith(ExitCode.Changes);
        if (save is not null)
            await KeepAsync(outlook, context, cancellation);
        var how = save is null ? "./build.sh Deploy makes these changes" : $"./build.sh Deploy --from-preview {save} makes exactly these changes";
        context.Summary.LeftAlone(changes ? $"everything else: this was a preview; {how}" : "everything: a deploy would change nothing");
    }

    private void CheckOptions()
    {
        var faults = new Faults();
        options.Check(faults);
        if (save is not null && PlanFile.FaultOfTarget(save) is { } fault)
            faults.Add("Save", fault);
        faults.ThrowIfAny();
    }

    private static async Task<Release> ReleaseAsync(StepContext context, CancellationToken cancellation)
    {
        var history = await context.HistoryAsync(cancellation);
        var draft = await context.DraftAsync(cancellation);
        ReleaseOpening.RefuseForeign(history, draft);
        // A run with the key of the newest release works on that one.
        var newest = history.Latest;
        var joins = newest is { Rollback: null } && newest.Key == draft.Key;
        var release = draft with { Number = joins ? newest!.Number : (newest?.Number ?? 0) + 1 };
        new PreviewText(context).Title($"Release {release.Number} ({release.Version}) of {release.Environment}, {(joins ? "which is the newest already" : newest is null ? "its first" : $"after release {newest.Number}")}");
        return release;
    }

    private async Task<string?> DigestAsync(BuildInputs inputs, StepContext context, CancellationToken cancellation)
    {
        using var registry = await RegistryClient.OpenAsync(options.Image, context, cancellation);
        return await registry.FindDigestAsync(inputs.Tag, cancellation);
    }

    private async Task<bool> ShowAsync(Outlook outlook, string? digest, StepContext context, CancellationToken cancellation)
    {
        var text = new PreviewText(context);
        text.Title("Image");
        text.Line($"{outlook.Inputs.VersionName}: {(digest is null ? "built here; its digest is known once it is pushed" : $"at the registry, {digest}")}");
        var changes = digest is null;
        changes |= new SchemaPreview(options).Show(outlook.Schema, text);
        changes |= await ClusterPreview.ShowAsync(outlook.Rollout, await context.ClusterAsync(cancellation), text, cancellation);
        return changes | await SitePreview.ShowAsync(options.Frontend, outlook, text, cancellation);
    }

    private async Task KeepAsync(Outlook outlook, StepContext context, CancellationToken cancellation)
    {
        var plan = PreviewPlan.Of(outlook, context.Options.Cluster.ClusterUid!) with { Made = context.Time.GetUtcNow(), By = Operator.Describe() };
        await PlanFile.WriteAsync(save!, plan, cancellation);
        context.Summary.Changed($"the plan is in '{save}'");
    }
}
