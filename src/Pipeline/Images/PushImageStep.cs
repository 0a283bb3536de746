using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Images;

/// <summary>
/// Brings the image to the registry and proves which digest it has there: pods run the digest. The engine pushes the inputs' tag; the
/// version's tag is then given at the registry itself, so that it is checked first and never moved unasked.
/// </summary>
/// <param name="options">Which image, and which registry.</param>
public sealed class PushImageStep(ImageOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "PushImage";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
        var source = await context.SourceAsync(cancellation);
        source.RefuseDirty(context.Options.Release);
        // Found again by its inputs: BuildImage may have run in another process, or on another machine.
        var inputs = await BuildInputs.ReadAsync(options, BuildContext.Read(options.ImageContext), source, cancellation);
        context.FollowsFrom(inputs.Hash, inputs.Repository, source.Version);
        using var registry = await RegistryClient.OpenAsync(options, context, cancellation);
        var tagged = await registry.FindDigestAsync(source.Version, cancellation);
        var existing = await registry.FindDigestAsync(inputs.Tag, cancellation);
        if (tagged is not null && tagged != existing && !options.OverwriteTag)
            throw Taken(inputs, tagged);
        var digest = existing ?? await PushAsync(registry, inputs, context, cancellation);
        if (tagged != digest)
            await TagAsync(registry, inputs, digest, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Image = new ImageResult(inputs.Repository, source.Version, digest, inputs.Hash) }, cancellation);
        context.Log.Information("Image {Image} is {Digest}", inputs.VersionName, digest);
        Summarize(context, inputs, digest, existing, tagged);
    }

    private async Task<string> PushAsync(RegistryClient registry, BuildInputs inputs, StepContext context, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Open(options, context.Gate);
        await engine.PingAsync(cancellation);
        if (!await engine.HasAsync(inputs, cancellation))
            throw new FailureException($"No image of these inputs ('{inputs.Name}') is at the registry or at the engine at {engine.Address}. Run BuildImage with the same files and version first.");
        context.Log.Information("Pushing {Image}", inputs.VersionName);
        var login = await RegistryLogin.FindAsync(options, context.Hide, cancellation);
        var digest = await engine.PushAsync(inputs, login?.ForEngine(RegistryAddress.Of(inputs.Repository)), context.Log, cancellation);
        await ConfirmAsync(registry, inputs.Name, inputs.Tag, digest, cancellation);
        return digest;
    }

    private static async Task TagAsync(RegistryClient registry, BuildInputs inputs, string digest, CancellationToken cancellation)
    {
        await registry.TagAsync(digest, inputs.Source.Version, cancellation);
        await ConfirmAsync(registry, inputs.VersionName, inputs.Source.Version, digest, cancellation);
    }

    private static async Task ConfirmAsync(RegistryClient registry, string name, string tag, string digest, CancellationToken cancellation)
    {
        var confirmed = await registry.FindDigestAsync(tag, cancellation);
        if (confirmed != digest)
            throw new FailureException($"'{name}' was pushed as '{digest}', and the registry has {(confirmed is null ? "no such tag" : $"'{confirmed}'")}. "
                + "Either another run pushed the same tag, or the engine and this machine see different registries under one name. Run PushImage again.");
    }

    private static FailureException Taken(BuildInputs inputs, string tagged) => FailureException.Refused(
        $"'{inputs.VersionName}' is another image at the registry already ('{tagged}'), made from other files, arguments or platform. "
        + $"Give this release a version of its own with {Flag.Of(nameof(ReleaseOptions.ReleaseVersion))}, or move the tag with {Flag.Of(nameof(ImageOptions.OverwriteTag))}.");

    private static void Summarize(StepContext context, BuildInputs inputs, string digest, string? existing, string? tagged)
    {
        if (existing is null)
            context.Summary.Changed($"pushed the image '{inputs.VersionName}' ({digest})");
        else if (tagged is null)
            context.Summary.Changed($"tagged the image at the registry as '{inputs.VersionName}' ({digest}); it was there already");
        else if (tagged == digest)
            context.Summary.LeftAlone($"the image '{inputs.VersionName}' at the registry ({digest})");
        if (tagged is not null && tagged != digest)
            context.Summary.Changed($"moved the tag '{inputs.VersionName}' from {tagged} to {digest}");
    }
}
