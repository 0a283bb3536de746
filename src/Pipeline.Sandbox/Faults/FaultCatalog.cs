using System.Text.Json;
using System.Text.Json.Serialization;
using static Pipeline.Errors.ExitCode;

namespace Pipeline.Sandbox.Faults;

/// <summary>Every fault that can be rehearsed. The build's list, the table in the documents and the tests are made from it.</summary>
internal static class FaultCatalog
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static IReadOnlyList<FaultEntry> All { get; } =
    [
        new("image-not-found", "", "The nodes cannot find the image.", "", PutBack, "", Serving.Old),
        new("pull-denied", "", "The registry refuses the nodes.", "", PutBack, "", Serving.Old),
        new("registry-429-pull", "2 times", "The registry refuses the nodes because of too many requests, then no longer.", "", Done, "", Serving.New),
        new("crash-at-start", "exit code 1", "The container ends as soon as it starts.", "", PutBack, "", Serving.Old),
        new("oom-at-start", "", "The container needs more memory than it may.", "", PutBack, "", Serving.Old),
        new("crash-after", "60 seconds", "The container ends after a while.", "", PutBack, "", Serving.Old),
        new("never-ready", "", "The readiness probe never succeeds.", "", PutBack, "", Serving.Old),
        new("readiness-flapping", "3 times", "The readiness probe fails now and then, and no longer.", "", Done, "", Serving.New),
        new("unschedulable", "", "No node has room.", "", PutBack, "", Serving.Old),
        new("node-arrives", "20 seconds", "No node has room, until one is added.", "", Done, "", Serving.New),
        new("quota-exceeded", "", "The namespace's quota allows no further pod.", "", PutBack, "", Serving.Old),
        new("admission-denied", "", "A policy of the cluster refuses the pods.", "", PutBack, "", Serving.Old),
        new("secret-late", "15 seconds", "A Secret is missing at first.", "", Done, "", Serving.New),
        new("node-lost", "", "A node is lost while pods are replaced.", "", Done, "", Serving.New),
        new("api-429", "5 times", "The API server refuses requests because there are too many.", "", Done, "", Serving.New),
        new("api-500", "5 times", "The API server fails.", "", Done, "", Serving.New),
        new("api-slow", "2 seconds", "Each request to the API server takes long.", "", Done, "", Serving.New),
        new("watch-dropped", "2 seconds", "Watches are cut again and again.", "", Done, "", Serving.New),
        new("token-expired", "3 times", "The API server no longer takes the token.", "", Refused, "", Serving.Old),
        new("engine-down", "", "The Docker engine does not answer.", "", Refused, "", Serving.Old),
        new("disk-full-build", "", "The Docker engine's disk is full.", "", Failed, "", Serving.Old),
        new("registry-5xx", "5 times", "The registry fails.", "", Done, "", Serving.New),
        new("registry-429", "5 times", "The registry refuses requests because there are too many.", "", Done, "", Serving.New),
        new("registry-slow", "2 seconds", "Each request to the registry takes long.", "", Done, "", Serving.New),
        new("registry-down", "", "The registry does not answer.", "", Refused, "", Serving.Old),
        new("s3-503", "5 times", "The object store asks to slow down.", "", Done, "", Serving.New),
        new("s3-cut", "once", "A connection to the object store is cut in the middle of a body.", "", Done, "", Serving.New),
        new("s3-wrong-etag", "", "The object store answers with wrong ETags.", "", Failed, "", Serving.Old),
        new("s3-slow", "2 seconds", "Each request to the object store takes long.", "", Done, "", Serving.New),
        new("s3-down", "", "The object store does not answer.", "", Refused, "", Serving.Old),
        new("invalidation-throttled", "5 times", "Too many invalidations are in progress.", "", Done, "", Serving.New),
        new("invalidation-never-completes", "", "The invalidation stays in progress.", "", Done, "", Serving.New),
        new("edge-5xx", "5 times", "The site's edge fails.", "", Done, "", Serving.New),
        new("migration-fails", "", "A migration fails half way.", "", Failed, "", Serving.Old) { NeedsMigration = true },
        new("migration-hangs", "", "A migration waits for a lock that nobody gives up.", "", Failed, "", Serving.Old) { NeedsMigration = true },
        new("database-down", "until the end", "The database does not answer.", "", Refused, "", Serving.Nothing),
        new("disk-full-dump", "", "The disk of this machine is full while the database is dumped.", "", Failed, "", Serving.Old) { LimitsFiles = true },
        new("network-cut", "5 seconds", "The network to the servers is cut as pods begin to be replaced.", "", Done, "", Serving.New),
    ];

    /// <summary>For programs that do not share this code.</summary>
    public static string Json() => JsonSerializer.Serialize(All, Format);
}
