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
        new("image-not-found", "", "The nodes cannot find the image.",
            "Sees at once that no node can have the image, and puts the pods back.", PutBack, "ErrImagePull", Serving.Old),
        new("pull-denied", "", "The registry refuses the nodes.",
            "Waits 45 seconds for rights that may be on their way, then puts the pods back.", PutBack, "imagePullSecrets", Serving.Old),
        new("registry-429-pull", "2 times", "The registry refuses the nodes because of too many requests, then no longer.",
            "Waits: the nodes ask again.", Done, "Result: done", Serving.New),
        new("crash-at-start", "exit code 1", "The container ends as soon as it starts.",
            "Puts the pods back at the third end in a row, and shows the log.", PutBack, "the application could not start", Serving.Old),
        new("oom-at-start", "", "The container needs more memory than it may.",
            "Puts the pods back at the third end in a row, and names the limit.", PutBack, "OOMKilled", Serving.Old),
        new("crash-after", "60 seconds", "The container ends after a while.",
            "Has ended by then, and well; a crash while pods are still replaced ends as `crash-at-start` does.", Done, "Result: done", Serving.New),
        new("never-ready", "", "The readiness probe never succeeds.",
            "Waits for as long as the probe's own settings allow, then puts the pods back.", PutBack, "its probes allow", Serving.Old),
        new("readiness-flapping", "3 times", "The readiness probe fails now and then, and no longer.",
            "Waits until the pods are ready.", Done, "Result: done", Serving.New),
        new("unschedulable", "", "No node has room.",
            "Waits two minutes for room, or for `--rollout-timeout`, then puts the pods back.", PutBack, "Unschedulable", Serving.Old),
        new("node-arrives", "20 seconds", "No node has room, until one is added.",
            "Waits: the pods start as soon as there is room.", Done, "Result: done", Serving.New),
        new("quota-exceeded", "", "The namespace's quota allows no further pod.",
            "Sees that no old pod makes room, and puts the pods back.", PutBack, "exceeded quota", Serving.Old),
        new("admission-denied", "", "A policy of the cluster refuses the pods.",
            "Sees that no pod can be made, and puts the pods back.", PutBack, "denied the request", Serving.Old),
        new("secret-late", "15 seconds", "A Secret is missing at first.",
            "Waits: the pods start once it is there.", Done, "Result: done", Serving.New),
        new("node-lost", "", "A node is lost while pods are replaced.",
            "Waits: the pods are made anew on another node.", Done, "Result: done", Serving.New),
        new("api-429", "5 times", "The API server refuses requests because there are too many.",
            "Asks again when the server says, for half a minute.", Done, "Result: done", Serving.New),
        new("api-500", "5 times", "The API server fails.",
            "Asks again what may be asked twice, for eight seconds.", Done, "Result: done", Serving.New),
        new("api-slow", "2 seconds", "Each request to the API server takes long.",
            "Takes longer.", Done, "Result: done", Serving.New),
        new("watch-dropped", "2 seconds", "Watches are cut again and again.",
            "Goes on from where the watch was cut.", Done, "Result: done", Serving.New),
        new("token-expired", "3 times", "The API server no longer takes the token.",
            "Refuses before anything is changed.", Refused, "401", Serving.Old),
        new("engine-down", "", "The Docker engine does not answer.",
            "Refuses before anything is changed.", Refused, "docker-engine", Serving.Old),
        new("disk-full-build", "", "The Docker engine's disk is full.",
            "Fails before anything is changed in the environment, and says what the engine said.", Failed, "no space left on device", Serving.Old),
        new("registry-5xx", "5 times", "The registry fails.",
            "Asks again.", Done, "Result: done", Serving.New),
        new("registry-429", "5 times", "The registry refuses requests because there are too many.",
            "Asks again when the registry says.", Done, "Result: done", Serving.New),
        new("registry-slow", "2 seconds", "Each request to the registry takes long.",
            "Takes longer.", Done, "Result: done", Serving.New),
        new("registry-down", "", "The registry does not answer.",
            "Refuses before anything is changed.", Refused, "registry", Serving.Old),
        new("s3-503", "5 times", "The object store asks to slow down.",
            "Asks again, with growing pauses.", Done, "Result: done", Serving.New),
        new("s3-cut", "once", "A connection to the object store is cut in the middle of a body.",
            "Sends or reads it again.", Done, "Result: done", Serving.New),
        new("s3-wrong-etag", "", "The object store answers with wrong ETags.",
            "Does not take the backup for proven, and stops before anything is changed.", Failed, "hash not equal", Serving.Old),
        new("s3-slow", "2 seconds", "Each request to the object store takes long.",
            "Takes longer.", Done, "Result: done", Serving.New),
        new("s3-down", "", "The object store does not answer.",
            "Refuses before anything is changed.", Refused, "backup-bucket", Serving.Old),
        new("invalidation-throttled", "5 times", "Too many invalidations are in progress.",
            "Asks again.", Done, "Result: done", Serving.New),
        new("invalidation-never-completes", "", "The invalidation stays in progress.",
            "Waits for `--cdn-timeout`, warns that edges may show old pages, and goes on.", Done, "edges may show old pages", Serving.New),
        new("edge-5xx", "5 times", "The site's edge fails.",
            "Asks again for as long as `--verify-timeout` allows.", Done, "Result: done", Serving.New),
        new("migration-fails", "", "A migration fails half way.",
            "Stops before the pods, shows the migration's log, and says where the schema stands.", Failed, "DuplicateColumn", Serving.Old) { NeedsMigration = true },
        new("migration-hangs", "", "A migration waits for a lock that nobody gives up.",
            "Waits for `--migration-timeout`, and says how to watch the Job, which is not stopped.", NotPutBack, "still runs", Serving.Old) { NeedsMigration = true },
        new("database-down", "until the end", "The database does not answer.",
            "Refuses before anything is changed.", Refused, "database", Serving.Nothing),
        new("disk-full-dump", "", "The disk of this machine is full while the database is dumped.",
            "Fails before anything is changed, and names the folder.", Failed, "TMPDIR", Serving.Old) { LimitsFiles = true },
        new("network-cut", "5 seconds", "The network to the servers is cut as pods begin to be replaced.",
            "Waits and goes on; a cut that outlasts the deploy lock's 10 seconds ends the run instead (5), and the same command continues it.", Done, "Result: done", Serving.New),
    ];

    /// <summary>For programs that do not share this code.</summary>
    public static string Json() => JsonSerializer.Serialize(All, Format);
}
