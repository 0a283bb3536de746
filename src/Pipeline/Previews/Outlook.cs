using System.Collections.Immutable;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Previews;

/// <summary>What a release would change, as every server said when it was asked. Reading it changes nothing.</summary>
/// <param name="Release">The release, with the number that it would have.</param>
/// <param name="Inputs">What its image is made from.</param>
/// <param name="Schema">The revisions.</param>
/// <param name="Rollout">The objects.</param>
/// <param name="Site">The files of the site.</param>
/// <param name="PagesGone">The live release's pages that the site no longer has.</param>
internal sealed record Outlook(Release Release, BuildInputs Inputs, SchemaChange Schema, RolloutPlan Rollout, Site Site, ImmutableArray<string> PagesGone)
{
    /// <summary>Reads it.</summary>
    /// <param name="options">What would be released.</param>
    /// <param name="release">The release, with its number.</param>
    /// <param name="digest">The image's digest; null while it is not at the registry.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <exception cref="Errors.FailureException">A server does not answer or refuses, or the database is ahead of the code.</exception>
    public static async Task<Outlook> ReadAsync(PreviewOptions options, Release release, string? digest, StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var history = await context.HistoryAsync(cancellation);
        var inputs = await BuildInputs.ReadAsync(options.Image, BuildContext.Read(options.Image.ImageContext), await context.SourceAsync(cancellation), cancellation);
        var schema = await SchemaChange.ReadAsync(options, inputs, history, context, cancellation);
        var files = await ManifestFiles.ReadAsync(options.Manifests, release.Environment, cluster.Namespace, cancellation);
        // The server takes any digest that looks like one.
        var image = new ImageResult(inputs.Repository, release.Version, digest ?? PreviewText.UnknownDigest, inputs.Hash);
        var plan = await new Rollout(cluster, context, options.Manifests.Timeout).PlanAsync(
            ManifestSet.Of(files, options.Manifests, release, image).Objects, options.Manifests.TakeOverFields || history.IsByHand, cancellation);
        var site = await Site.ReadAsync(options.Frontend, release, cancellation);
        var live = history.Live?.Number == release.Number ? null : history.PagesOf(history.Live)?.Frontend;
        return new Outlook(release, inputs, schema, plan, site, await GoneAsync(options.Frontend, live, site, cancellation));
    }

    private static async Task<ImmutableArray<string>> GoneAsync(FrontendOptions options, FrontendResult? live, Site site, CancellationToken cancellation)
    {
        if (live is null)
            return [];
        using var bucket = new SiteBucket(options);
        return [.. (await SiteFiles.ReadAsync(bucket, live, cancellation)).Pages.Keys.Except(site.Pages.Select(p => p.Key)).Order(StringComparer.Ordinal)];
    }
}
