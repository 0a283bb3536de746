using System.Collections.Concurrent;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Rollbacks;

/// <summary>Proves, at the end of a release, that the one before could come back: what is missing is better known now than at night.</summary>
internal sealed class WayBackProof(WayBackOptions options, StepContext context)
{
    // A server that is slow in this moment must not hold up a release that is done.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Looks, warns of what is missing, and writes it into the record. Nothing that it finds is a failure.</summary>
    public async Task ShowAsync(CancellationToken cancellation)
    {
        if (Target() is not { } target)
        {
            context.Summary.WayBack("none yet: no verified release before this one is kept");
            return;
        }

        var parts = await Task.WhenAll(
            PartAsync("image", stop => ImageAsync(target, stop), cancellation),
            PartAsync("pages", stop => PagesAsync(target, stop), cancellation),
            PartAsync("manifests", stop => ManifestsAsync(target, stop), cancellation));
        var result = new WayBackResult(target.Number, target.Version, [.. parts, SchemaWayBack.Of(target, context.Ledger.Current, context.Ledger.History)]);
        foreach (var part in result.Parts.Where(p => p.State == WayBackState.Missing))
            context.Log.Warning("The way back to release {Number} ({Version:l}) is not whole: the {Part:l}: {Found:l}", target.Number, target.Version, part.Name, part.Found);
        await context.Ledger.UpdateAsync(r => r with { WayBack = result }, cancellation);
        context.Summary.WayBack(result.Sentence);
    }

    // Where a rollback will go once this release has succeeded.
    private Release? Target()
    {
        var release = context.Ledger.Current;
        var later = new ReleaseHistory([release with { Outcome = ReleaseOutcome.Succeeded }, .. context.Ledger.History.Releases.Where(r => r.Number != release.Number)]);
        return later.PreviousGood;
    }

    private async Task<WayBackPart> PartAsync(string name, Func<CancellationToken, Task<string?>> missing, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await missing(either.Token) is { } what ? new WayBackPart(name, WayBackState.Missing, what) : new WayBackPart(name, WayBackState.There);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new WayBackPart(name, WayBackState.Unknown, $"no answer within {Limit.TotalSeconds} s");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return new WayBackPart(name, WayBackState.Unknown, context.Redact(e.Message));
        }
    }

    private async Task<string?> ImageAsync(Release target, CancellationToken cancellation)
    {
        if (target.Image is not { } image)
            throw new FailureException("the record names none");
        var login = image.Repository == options.Image.Repository ? await RegistryLogin.FindAsync(options.Image, context.Hide, cancellation) : null;
        using var registry = new RegistryClient(RegistryAddress.Of(image.Repository), login, context.Gate);
        return await registry.FindDigestAsync(image.Digest, cancellation) is null ? $"{image.Reference} is not at the registry; nodes that do not keep it cannot run it" : null;
    }

    private async Task<string?> PagesAsync(Release target, CancellationToken cancellation)
    {
        if (context.Ledger.History.PagesOf(target)?.Frontend is not { } site)
            throw new FailureException("the record names none, and those that are live would stay");
        using var bucket = new SiteBucket(options.Frontend, context.Gate);
        var files = await SiteFiles.ReadAsync(bucket, site, cancellation);
        // The pages first: without one of them nobody comes as far as an asset.
        var needed = files.Pages.Select(p => (Key: site.Kept + p.Key, Sha256: p.Value)).Concat(files.Assets.Select(a => (a.Key, Sha256: a.Value))).ToList();
        var (looked, lost) = await LookAsync(bucket, needed, cancellation);
        if (lost.IsEmpty)
            return looked == needed.Count ? null : throw new FailureException($"{looked} of {needed.Count} files were looked at within {Limit.TotalSeconds} s, and all of them are there");
        return $"{lost.Count} of {looked} files are not in the bucket '{options.Frontend.FrontendBucket}' as they were, {lost.Order(StringComparer.Ordinal).First()} among them{(looked == needed.Count ? "" : $"; for the other {needed.Count - looked} the time was too short")}";
    }

    // A large site is more than the time is enough for; what was seen by then counts.
    private static async Task<(int Looked, ConcurrentBag<string> Lost)> LookAsync(SiteBucket bucket, IEnumerable<(string Key, string Sha256)> needed, CancellationToken cancellation)
    {
        var (looked, lost) = (0, new ConcurrentBag<string>());
        try
        {
            await SiteBucket.EachAsync(needed, async (file, stop) =>
            {
                if (!await bucket.HoldsAsync(file.Key, file.Sha256, stop))
                    lost.Add(file.Key);
                Interlocked.Increment(ref looked);
            }, cancellation);
        }
        catch (OperationCanceledException) when (looked > 0)
        {
        }

        return (looked, lost);
    }

    private async Task<string?> ManifestsAsync(Release target, CancellationToken cancellation)
    {
        // Of a namespace that was empty nothing is kept.
        if (target.Rollout is { Objects.IsEmpty: true })
            return null;
        try
        {
            await new ManifestArchive(await context.ClusterAsync(cancellation)).ReadAsync(target.Number, cancellation);
            return null;
        }
        catch (FailureException e) when (e is not ClusterRequestException && e.InnerException is not (HttpRequestException or TimeoutException or IOException))
        {
            return e.Message;
        }
    }
}
