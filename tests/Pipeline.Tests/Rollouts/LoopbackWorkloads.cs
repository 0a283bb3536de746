using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Rollouts;

/// <summary>
/// What a rollout needs of a cluster beside storage: discovery, server-side apply, watches, logs, and a controller that the test plays.
/// </summary>
internal sealed class LoopbackWorkloads
{
    private const string Space = "namespaces/product/";
    private readonly LoopbackCluster cluster;
    private readonly ConcurrentDictionary<int, (string Collection, string Fields, Channel<string> Events)> watches = new();
    private readonly ConcurrentQueue<(string Collection, JsonObject Gone)> deletions = new();
    private int version = 1000;

    public LoopbackWorkloads(LoopbackCluster cluster)
    {
        this.cluster = cluster;
        cluster.Instead = AnswerAsync;
        Controller = RollOut;
    }

    /// <summary>Plays the controllers: called with each Deployment or Job whose wish changed.</summary>
    public Action<JsonObject> Controller { get; set; }

    /// <summary>Objects, as in <c>Service/api</c>, some of whose fields another manager owns.</summary>
    public ConcurrentDictionary<string, string> OwnedBy { get; } = new();

    /// <summary>What the next applies are answered with instead: status and message.</summary>
    public ConcurrentQueue<(int Status, string Message)> Refusals { get; } = new();

    /// <summary>Logs by pod and, after a slash, container; those of the run before end in <c>/previous</c>.</summary>
    public ConcurrentDictionary<string, string> Logs { get; } = new();

    /// <summary>Writes a log while it is followed; ends when the container does.</summary>
    public Func<HttpContext, Task>? Follow { get; set; }

    /// <summary>Kinds that the cluster does not serve.</summary>
    public HashSet<string> NotServed { get; } = ["ServiceMonitor"];

    /// <summary>Every change: method and kind/name.</summary>
    public ConcurrentQueue<string> Changes { get; } = new();

    public JsonObject? Find(Resource resource, string name) => cluster.Objects.GetValueOrDefault(resource.PathIn("product", name));

    public IEnumerable<JsonObject> All(Resource resource) =>
        cluster.Objects.Where(o => o.Key.StartsWith(resource.PathIn("product") + "/", StringComparison.Ordinal)).OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Value);

    /// <summary>Stores an object as a controller does.</summary>
    public void Put(Resource resource, JsonObject item)
    {
        item["apiVersion"] ??= resource.ApiVersion;
        item["kind"] ??= resource.Kind;
        item["metadata"]!["uid"] ??= Guid.NewGuid().ToString();
        item["metadata"]!["resourceVersion"] = $"{Interlocked.Increment(ref version)}";
        var path = resource.PathIn("product", item.Name());
        var type = cluster.Objects.ContainsKey(path) ? "MODIFIED" : "ADDED";
        cluster.Objects[path] = item;
        Tell(resource.PathIn("product"), type, item);
    }

    /// <summary>A controller to which every rollout succeeds at once.</summary>
    public void RollOut(JsonObject deployment)
    {
        var (count, revision) = ((int)deployment.Number("spec", "replicas"), $"{deployment.Number("metadata", "generation")}");
        PutReplicaSet(deployment, revision);
        for (var pod = 0; pod < count; pod++)
            PutPod(deployment, revision, pod, Yaml("{phase: Running, conditions: [{type: Ready, status: 'True'}]}"));
        PutStatus(deployment, revision, Yaml($"{{observedGeneration: {revision}, replicas: {count}, updatedReplicas: {count}, availableReplicas: {count}}}"));
    }

    /// <summary>A Job whose one pod has ended.</summary>
    public void EndJob(JsonObject job, string log, bool succeeds)
    {
        var (code, phase) = succeeds ? (0, "Succeeded") : (1, "Failed");
        Logs[$"{job.Name()}-pod/migrate"] = log;
        Put(Resource.Pods, Yaml($$"""
            metadata: {name: {{job.Name()}}-pod, labels: {job-name: {{job.Name()}} }, ownerReferences: [{uid: {{job.Text("metadata", "uid")}} }] }
            spec: {nodeName: worker-1}
            status: {phase: {{phase}}, containerStatuses: [{name: migrate, state: {terminated: {reason: Error, exitCode: {{code}} } } }] }
            """));
        var copy = (JsonObject)job.DeepClone();
        copy["status"] = Yaml($"conditions: [{{type: {(succeeds ? "Complete" : "Failed")}, status: 'True'}}]");
        Put(Resource.Jobs, copy);
    }

    public void PutReplicaSet(JsonObject deployment, string revision) => Put(Resource.ReplicaSets, Yaml($$"""
        metadata:
          name: {{deployment.Name()}}-{{revision}}
          uid: rs-{{deployment.Name()}}-{{revision}}
          labels: {app: {{AppOf(deployment)}} }
          annotations: {deployment.kubernetes.io/revision: '{{revision}}'}
          ownerReferences: [{uid: {{deployment.Text("metadata", "uid")}} }]
        spec: {template: {{deployment.At("spec", "template")?.ToJsonString() ?? "null"}} }
        """));

    public void PutPod(JsonObject deployment, string revision, int number, JsonObject status)
    {
        var pod = Yaml($$"""
            metadata: {name: {{deployment.Name()}}-{{revision}}-{{number}}, labels: {app: {{AppOf(deployment)}} }, ownerReferences: [{uid: rs-{{deployment.Name()}}-{{revision}} }] }
            spec: {nodeName: worker-1, containers: [{name: api}]}
            """);
        pod["status"] = status;
        Put(Resource.Pods, pod);
    }

    private static string AppOf(JsonObject deployment) => deployment.Text("spec", "selector", "matchLabels", "app") ?? "api";

    public void PutStatus(JsonObject deployment, string revision, JsonObject status)
    {
        var copy = (JsonObject)deployment.DeepClone();
        copy["metadata"]!["annotations"] ??= new JsonObject();
        copy["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"] = revision;
        copy["status"] = status;
        Put(Resource.Deployments, copy);
    }

    public static JsonObject Yaml(string text) => Pipeline.Rollouts.YamlManifest.Parse(text, "test").Single();

    private async Task<bool> AnswerAsync(HttpContext http, JsonObject? body)
    {
        var path = http.Request.Path.Value!.Trim('/');
        var query = http.Request.Query;
        var (status, answer) = (http.Request.Method, path.Split('/')[^1]) switch
        {
            ("GET", "v1") => (200, Discovery(path)),
            ("GET", "log") => await LogAsync(http, path),
            ("GET", _) when query.ContainsKey("watch") => await WatchAsync(http, path),
            ("GET", _) when path.Contains(Space, StringComparison.Ordinal) && path[(path.IndexOf(Space, StringComparison.Ordinal) + Space.Length)..].IndexOf('/', StringComparison.Ordinal) < 0 => (200, List(path, query)),
            ("PATCH", _) => Apply(path, body!, query),
            ("POST", "jobs") => CreateJob(path, body!),
            ("PUT", _) when path.Contains("/deployments/", StringComparison.Ordinal) || path.Contains("/services/", StringComparison.Ordinal) => Replace(path, body!),
            ("DELETE", _) => Delete(path),
            _ => (0, null),
        };
        if (answer is null)
            return status != 0;
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
        return true;
    }

    private JsonObject Discovery(string path)
    {
        (string Group, string Kind, string Plural)[] kinds =
        [
            ("api/v1", "ConfigMap", "configmaps"), ("api/v1", "Service", "services"), ("api/v1", "Secret", "secrets"), ("apis/apps/v1", "Deployment", "deployments"),
            ("apis/monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors"), ("apis/batch/v1", "CronJob", "cronjobs"),
            ("apis/autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), ("api/v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
        ];
        return new JsonObject
        {
            ["resources"] = new JsonArray([.. kinds.Where(k => k.Group == path && !NotServed.Contains(k.Kind)).Select(k => Yaml($"{{name: {k.Plural}, kind: {k.Kind}, namespaced: true}}"))]),
        };
    }

    private JsonObject List(string collection, IQueryCollection query)
    {
        var items = cluster.Objects.Where(o => o.Key.StartsWith(collection + "/", StringComparison.Ordinal)).OrderBy(o => o.Key, StringComparer.Ordinal)
            .Select(o => o.Value).Where(o => IsSelected(o, query["labelSelector"].ToString(), query["fieldSelector"].ToString()));
        return new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}" }, ["items"] = new JsonArray([.. items.Select(i => i.DeepClone())]) };
    }

    private static bool IsSelected(JsonObject item, string labels, string fields) =>
        IsField(item, fields) && labels.Split(',', StringSplitOptions.RemoveEmptyEntries).All(l => l.Split('=') switch
        {
            [['!', .. var key]] => item.At("metadata", "labels").Text(key) is null,
            [var key] => item.At("metadata", "labels").Text(key) is not null,
            [var key, var value] when key.EndsWith('!') => item.At("metadata", "labels").Text(key[..^1]) != value,
            [var key, var value] => item.At("metadata", "labels").Text(key) == value,
            _ => false,
        });

    private static bool IsField(JsonObject item, string fields) =>
        fields.Split(',', StringSplitOptions.RemoveEmptyEntries).All(f => f.Split('=') is [var path, var value] && item.Text(path.Split('.')) == value);

    private (int, JsonObject?) Apply(string path, JsonObject manifest, IQueryCollection query)
    {
        if (Refusals.TryDequeue(out var refusal))
            return (refusal.Status, Status(refusal.Status == 409 ? "Conflict" : "Forbidden", refusal.Message));
        if (query["force"] == "false" && OwnedBy.TryGetValue($"{manifest.Kind()}/{manifest.Name()}", out var owner))
            return (409, Status("Conflict", $"Apply failed with 1 conflict: conflict with \"{owner}\" using v1: .spec.ports"));
        var live = cluster.Objects.GetValueOrDefault(path);
        var wanted = (JsonObject)manifest.DeepClone();
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "managedFields"])
            wanted["metadata"]![field] = live?["metadata"]?[field]?.DeepClone();
        foreach (var (key, value) in live.At("metadata", "annotations") ?? [])
        {
            wanted["metadata"]!["annotations"] ??= new JsonObject();
            wanted["metadata"]!["annotations"]![key] ??= value?.DeepClone();
        }

        if (live?["status"] is { } status)
            wanted["status"] = status.DeepClone();
        if (wanted["spec"] is JsonObject spec && spec["replicas"] is null && live?["spec"]?["replicas"] is { } replicas)
            spec["replicas"] = replicas.DeepClone();
        if (live is not null && JsonNode.DeepEquals(Sorted(live), Sorted(wanted)))
            return (200, live);
        return query.ContainsKey("dryRun") ? (200, wanted) : (200, Store(path, wanted, "apply"));
    }

    private (int, JsonObject?) Replace(string path, JsonObject body) => (body.Text("metadata", "resourceVersion"), Find(ResourceOf(path, body), body.Name()).Text("metadata", "resourceVersion")) switch
    {
        (null or "", _) when body.Kind() == "Service" => (422, Status("Invalid", "metadata.resourceVersion: Invalid value: \"\": must be specified for an update")),
        ({ Length: > 0 } asked, var now) when asked != now => (409, Status("Conflict", "the object has been modified")),
        _ => (200, Store(path, body, "put")),
    };

    private JsonObject Store(string path, JsonObject wanted, string how)
    {
        Changes.Enqueue($"{how} {wanted.Kind()}/{wanted.Name()}");
        wanted["metadata"]!["generation"] = wanted.Number("metadata", "generation") + 1;
        Put(ResourceOf(path, wanted), wanted);
        if (wanted.Kind() == Resource.Deployments.Kind)
            Controller(wanted);
        return wanted;
    }

    private (int, JsonObject?) CreateJob(string path, JsonObject body)
    {
        if (cluster.Objects.ContainsKey($"{path}/{body.Name()}"))
            return (409, Status("AlreadyExists", "it exists"));
        Changes.Enqueue($"create Job/{body.Name()}");
        Put(Resource.Jobs, body);
        Controller(body);
        return (201, body);
    }

    private (int, JsonObject?) Delete(string path)
    {
        if (!cluster.Objects.TryRemove(path, out var gone))
            return (404, Status("NotFound", "it is gone"));
        Changes.Enqueue($"delete {gone.Kind()}/{gone.Name()}");
        gone["metadata"]!["resourceVersion"] = $"{Interlocked.Increment(ref version)}";
        deletions.Enqueue((path[..path.LastIndexOf('/')], gone));
        Tell(path[..path.LastIndexOf('/')], "DELETED", gone);
        return (200, gone);
    }

    private static Resource ResourceOf(string path, JsonObject item) => new(item.Text("apiVersion")!, item.Kind(), path.Split('/')[^2]);

    private async Task<(int, JsonObject?)> LogAsync(HttpContext http, string path)
    {
        var query = http.Request.Query;
        if (query.ContainsKey("follow") && Follow is not null)
        {
            await Follow(http);
            return (200, null);
        }

        var key = $"{path.Split('/')[^2]}/{query["container"]}{(query.ContainsKey("previous") ? "/previous" : "")}";
        if (!Logs.TryGetValue(key, out var text))
            return (400, Status("BadRequest", $"no log of {key}"));
        await http.Response.WriteAsync(text);
        return (200, null);
    }

    private async Task<(int, JsonObject?)> WatchAsync(HttpContext http, string path)
    {
        var events = Channel.CreateUnbounded<string>();
        var id = Interlocked.Increment(ref version);
        watches[id] = (path, http.Request.Query["fieldSelector"].ToString(), events);
        // What happened between the list and the watch must not be lost.
        var from = long.Parse(http.Request.Query["resourceVersion"]!, null);
        foreach (var item in List(path, http.Request.Query).Items("items").Where(i => i.Number("metadata", "resourceVersion") > from))
            events.Writer.TryWrite(Event("MODIFIED", item));
        foreach (var (_, gone) in deletions.Where(d => d.Collection == path && d.Gone.Number("metadata", "resourceVersion") > from))
            events.Writer.TryWrite(Event("DELETED", gone));
        await http.Response.StartAsync();
        try
        {
            await foreach (var line in events.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.WriteAsync(line + "\n");
                await http.Response.Body.FlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            watches.TryRemove(id, out _);
        }

        return (200, null);
    }

    private void Tell(string collection, string type, JsonObject item)
    {
        foreach (var (_, _, events) in watches.Values.Where(w => w.Collection == collection && IsField(item, w.Fields)))
            events.Writer.TryWrite(Event(type, item));
    }

    private static string Event(string type, JsonObject item) => new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString();

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(f => f.Value is not null).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Sorted(f.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static JsonObject Status(string reason, string message) => new() { ["kind"] = "Status", ["reason"] = reason, ["message"] = message };
}
