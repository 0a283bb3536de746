using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Settings;

namespace Pipeline.Previews;

/// <summary>
/// Shows what Deploy would change: image, objects field by field, revisions with their SQL, pages. Takes no lock, writes no record, pushes
/// and applies nothing. Ends with <see cref="ExitCode.Changes"/> when there is something to do.
/// </summary>
/// <param name="options">What would be released.</param>
public sealed class PreviewStep(PreviewOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "Preview";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
        var cluster = await context.ClusterAsync(cancellation);
        var history = await new RecordStore(cluster).ReadAsync(cancellation);
        var draft = await context.DraftAsync(cancellation);
        ReleaseOpening.RefuseForeign(history, draft);
        // A run with the key of the newest release works on that one.
        var newest = history.Latest;
        var joins = newest is { Rollback: null } && newest.Key == draft.Key;
        var release = draft with { Number = joins ? newest!.Number : (newest?.Number ?? 0) + 1 };
        var text = new PreviewText(context);
        text.Title($"Release {release.Number} ({release.Version}) of {release.Environment}, {(joins ? "which is the newest already" : newest is null ? "its first" : $"after release {newest.Number}")}");
        var inputs = await BuildInputs.ReadAsync(options.Image, BuildContext.Read(options.Image.ImageContext), await context.SourceAsync(cancellation), cancellation);
        var changes = await ImageAsync(inputs, text, context, cancellation) is var digest && digest is null;
        changes |= await new SchemaPreview(options, inputs).ShowAsync(text, context, cancellation);
        // The server takes any digest that looks like one.
        var image = new ImageResult(inputs.Repository, release.Version, digest ?? PreviewText.UnknownDigest, inputs.Hash);
        changes |= await new ClusterPreview(options.Migration.Manifests).ShowAsync(release, history, image, text, context, cancellation);
        changes |= await SitePreview.ShowAsync(options.Frontend, release, history, text, cancellation);
        if (changes)
            context.EndWith(ExitCode.Changes);
        context.Summary.LeftAlone(changes ? "everything: this was a preview; ./build.sh Deploy makes these changes" : "everything: a deploy would change nothing");
    }

    private async Task<string?> ImageAsync(BuildInputs inputs, PreviewText text, StepContext context, CancellationToken cancellation)
    {
        using var registry = await RegistryClient.OpenAsync(options.Image, context.Hide, cancellation);
        var digest = await registry.FindDigestAsync(inputs.Tag, cancellation);
        text.Title("Image");
        text.Line($"{inputs.VersionName}: {(digest is null ? "built here; its digest is known once it is pushed" : $"at the registry, {digest}")}");
        return digest;
    }
}
