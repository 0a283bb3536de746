using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Frontend;

/// <summary>Builds the site. The result knows no release and no environment: the same files serve everywhere.</summary>
public sealed class BuildFrontendStep(FrontendOptions options) : IStep
{
    /// <inheritdoc />
    public string Name => "BuildFrontend";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        if (!File.Exists(Path.Combine(options.FrontendSource, "package-lock.json")))
            faults.Add(nameof(FrontendOptions.FrontendSource), $"'{options.FrontendSource}' holds no package-lock.json, which says what the site is built with.");
        faults.ThrowIfAny();
        var npm = new NpmBuild(options, context.Log);
        context.FollowsFrom(await npm.InputsAsync(cancellation));
        await npm.InstallAsync(cancellation);
        if (await npm.BuildAsync(cancellation))
            context.Log.Information("The site was built into {Folder}", options.FrontendOutput);
        else
            context.Summary.LeftAlone("the site's build: its sources did not change");
    }
}
