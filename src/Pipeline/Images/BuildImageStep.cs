using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Images;

/// <summary>
/// Builds the API's image, unless an image of the same inputs is at the registry or at the engine already. Needs an engine; a registry
/// that is not given or does not answer only costs the shortcut.
/// </summary>
/// <param name="options">What is built, and where.</param>
public sealed class BuildImageStep(ImageOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "BuildImage";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.CheckBuild(faults);
        faults.ThrowIfAny();
        var source = await context.SourceAsync(cancellation);
        source.RefuseDirty(context.Options.Release);
        var files = BuildContext.Read(options.ImageContext);
        var inputs = await BuildInputs.ReadAsync(options, files, source, cancellation);
        context.FollowsFrom(inputs.Hash);
        context.Log.Debug("{Files} files in {Folder}, inputs {Inputs}", files.Files, options.ImageContext, inputs.Hash);
        if (await IsAtRegistryAsync(inputs, context, cancellation))
        {
            context.Summary.LeftAlone($"the image '{inputs.VersionName}': already at the registry as '{inputs.Tag}', not built");
            return;
        }

        using var engine = DockerEngine.Open(options, context.Gate);
        await engine.PingAsync(cancellation);
        if (await engine.HasAsync(inputs, cancellation))
        {
            await engine.TagAsync(inputs, cancellation);
            context.Summary.LeftAlone($"the image '{inputs.VersionName}': already at the engine as '{inputs.Tag}', not built");
            return;
        }

        await BuildAsync(engine, files, inputs, context, cancellation);
        context.Summary.Changed($"built the image '{inputs.VersionName}' ('{inputs.Tag}')");
    }

    private async Task<bool> IsAtRegistryAsync(BuildInputs inputs, StepContext context, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(options.RegistryUrl))
            return false;
        try
        {
            using var registry = await RegistryClient.OpenAsync(options, context, cancellation);
            return await registry.FindDigestAsync(inputs.Tag, cancellation) is not null;
        }
        catch (FailureException e)
        {
            context.Log.Warning("The registry could not be asked whether the image exists, so it is built if the engine has none: {Why}", e.Message);
            return false;
        }
    }

    private async Task BuildAsync(DockerEngine engine, BuildContext files, BuildInputs inputs, StepContext context, CancellationToken cancellation)
    {
        var started = context.Time.GetTimestamp();
        context.Log.Information("Building {Image} from {Folder} at {Engine}", inputs.VersionName, options.ImageContext, engine.Address);
        await using var archive = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        await files.WriteAsync(archive, cancellation);
        var sent = await BuildInputs.ReadAsync(options, BuildContext.Read(options.ImageContext), inputs.Source, cancellation);
        // The label must not claim what was not sent.
        if (sent.Hash != inputs.Hash)
            throw new FailureException($"Files in '{options.ImageContext}' changed while they were read. Run {Name} again when nothing writes there, or name what is written in {DockerIgnore.FileName}.");
        archive.Position = 0;
        var login = string.IsNullOrWhiteSpace(options.RegistryUrl) ? null : await RegistryLogin.FindAsync(options, context.Hide, cancellation);
        await engine.BuildAsync(inputs, archive, login?.ForEngine(RegistryAddress.Of(options.Repository)), context.Log, cancellation);
        context.Log.Information("Built {Image} in {Seconds:0.0} s", inputs.VersionName, context.Time.GetElapsedTime(started).TotalSeconds);
    }
}
