using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Migrations;

/// <summary>The Jobs that may change the schema at this moment, whoever made them: a Job lives on without its run.</summary>
internal static class MigrationsAtWork
{
    /// <summary>The end of the name of a Job that takes the schema back.</summary>
    public const string Downgrade = "downgrade";

    // They print SQL and change nothing.
    private static readonly string[] Readers = ["-plan", "-way-back"];

    /// <summary>Lists them.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ListAsync(ClusterConnection cluster, CancellationToken cancellation) =>
        [.. (await cluster.ListAsync(Resource.Jobs, MigrationJob.JobLabel, cancellation)).Where(j => IsAtWork(j) && !Readers.Any(r => j.Name().EndsWith(r, StringComparison.Ordinal)))];

    /// <summary>True while a Job has not ended.</summary>
    public static bool IsAtWork(JsonObject job) => !JobJudge.IsTrue(job, "Complete") && !JobJudge.IsTrue(job, "Failed");

    /// <summary>The number of the release that made a Job; null when its label has none.</summary>
    public static int? NumberOf(JsonObject job) =>
        int.TryParse((string?)job.At("metadata", "labels")?[MigrationJob.JobLabel], CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The command that shows what a Job prints.</summary>
    public static string Follow(JsonObject job, string kubeNamespace) => $"kubectl -n {kubeNamespace} logs -f job/{job.Name()}";
}
