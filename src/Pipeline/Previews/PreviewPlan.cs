using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Previews;

/// <summary>
/// What a preview showed, so that a deploy can prove that it is about to do just that. Holds names and hashes, no content: the sources are
/// the commit, and the rest is on the servers.
/// </summary>
public sealed record PreviewPlan
{
    /// <summary>The only format so far.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Which members there are, and what they mean.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Made { get; init; }

    /// <summary>Who made it.</summary>
    public string By { get; init; } = "";

    /// <summary>The environment's name.</summary>
    public required string Environment { get; init; }

    /// <summary>The UID of the cluster's namespace <c>kube-system</c>.</summary>
    public required string Cluster { get; init; }

    /// <summary>The number that the release would have.</summary>
    public required int Release { get; init; }

    /// <summary>The release key: environment, version, commit and inputs.</summary>
    public required string Key { get; init; }

    /// <summary>The version, for people.</summary>
    public required string Version { get; init; }

    /// <summary>The hash of what the image is made from.</summary>
    public required string Image { get; init; }

    /// <summary>The revision that the database was at; null when it was empty, or when there is none.</summary>
    public string? Schema { get; init; }

    /// <summary>The revisions that would be applied, in order.</summary>
    public ImmutableArray<string> Revisions { get; init; } = [];

    /// <summary>The objects that would be made, changed or removed, as in <c>change Deployment/api</c>, each with the hash of the difference.</summary>
    public ImmutableSortedDictionary<string, string> Objects { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The hash of every file of the site with its name.</summary>
    public required string Site { get; init; }

    /// <summary>The live release's pages that the site no longer has.</summary>
    public ImmutableArray<string> PagesGone { get; init; } = [];

    /// <summary>The plan that follows from what the servers said.</summary>
    internal static PreviewPlan Of(Outlook outlook, string cluster) => new()
    {
        Environment = outlook.Release.Environment,
        Cluster = cluster,
        Release = outlook.Release.Number,
        Key = outlook.Release.Key,
        Version = outlook.Release.Version,
        Image = outlook.Inputs.Hash,
        Schema = outlook.Schema.Before,
        Revisions = [.. outlook.Schema.Pending.Select(r => r.Id)],
        Objects = outlook.Rollout.Changes.Select(c => KeyValuePair.Create($"{(c.Live is null ? "make" : "change")} {c.Manifest.Kind()}/{c.Manifest.Name()}", HashOf(c)))
            .Concat(outlook.Rollout.Surplus.Select(s => KeyValuePair.Create($"remove {s.Resource.Kind}/{s.Live.Name()}", "")))
            .ToImmutableSortedDictionary(StringComparer.Ordinal),
        Site = Hash(outlook.Site.Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {Convert.ToHexStringLower(SHA256.HashData(f.Content))}")),
        PagesGone = outlook.PagesGone,
    };

    // What the server adds to a new object says nothing about the release. The digest is not known before the image is pushed; the inputs
    // that decide it are compared.
    private static string HashOf(PlannedObject planned) => Hash(
        FieldDiff.Unmasked(planned.Live is null ? null : PlannedObject.WishOf(planned.Live), planned.Live is null ? planned.Manifest : PlannedObject.WishOf(planned.Wanted))
            .Select(c => $"{c.Path}\0{c.Before}\0{PreviewText.WithoutDigest(c.After)}"));

    private static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}
