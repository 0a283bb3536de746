using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>The ReplicaSets of one Deployment, as they are and as they are changed in one step of its controller.</summary>
internal sealed class ReplicaSets
{
    public const string Revision = "deployment.kubernetes.io/revision";
    private const string History = "deployment.kubernetes.io/revision-history";
    private const string Desired = "deployment.kubernetes.io/desired-replicas";
    private const string Max = "deployment.kubernetes.io/max-replicas";
    private readonly StoredObject deployment;
    private readonly ObjectWriter writer;
    private readonly EventRecorder events;

    public ReplicaSets(StoredObject deployment, IEnumerable<StoredObject> owned, ObjectWriter writer, EventRecorder events)
    {
        (this.deployment, this.writer, this.events) = (deployment, writer, events);
        All = [.. owned.OrderBy(s => s.Content.Text("metadata", "creationTimestamp"), StringComparer.Ordinal).ThenBy(s => RevisionOf(s))];
        New = All.Find(s => TemplateHash.AreSame(s.Content.At("spec", "template"), deployment.Content.At("spec", "template")));
    }

    /// <summary>Oldest first.</summary>
    public List<StoredObject> All { get; }

    /// <summary>The one whose template is the Deployment's; null before it is made.</summary>
    public StoredObject? New { get; private set; }

    /// <summary>All others.</summary>
    public IEnumerable<StoredObject> Old => All.Where(s => s.Name != New?.Name);

    /// <summary>Pods asked for, of all sets.</summary>
    public long Asked => All.Sum(s => Scale.Wanted(s.Content));

    public long Available => All.Sum(s => s.Content.Number("status", "availableReplicas"));

    /// <summary>True when somebody changed the number of pods and nothing else.</summary>
    public bool IsScaling => All.Any(s => Scale.Wanted(s.Content) > 0
        && s.Content.At("metadata", "annotations").Text(Desired) is { } desired && desired != $"{Scale.Wanted(deployment.Content)}");

    /// <summary>The revision that the newest set must carry: above all others'.</summary>
    public long NextRevision => Old.Select(RevisionOf).DefaultIfEmpty().Max() + 1;

    public static long RevisionOf(StoredObject set) => set.Content.At("metadata", "annotations").Number(Revision);

    /// <summary>Gives the newest set its place in the history; a set that comes back remembers where it stood.</summary>
    public void StampNew()
    {
        var next = NextRevision;
        Change(New!, content =>
        {
            var annotations = Annotations(content);
            CopyAnnotations(annotations);
            if (annotations.Number(Revision) < next)
            {
                if (annotations.Text(Revision) is { } before)
                    annotations[History] = annotations.Text(History) is { Length: > 0 } earlier ? $"{earlier},{before}" : before;
                annotations[Revision] = $"{next}";
            }

            if (deployment.Content.Text("spec", "minReadySeconds") is not null)
                content.At("spec")!["minReadySeconds"] = deployment.Content.Number("spec", "minReadySeconds");
        });
    }

    /// <summary>Makes the newest set.</summary>
    /// <param name="replicas">How many pods it begins with.</param>
    /// <param name="collisions">How many other templates had the same hash.</param>
    /// <exception cref="ApiException">It was refused.</exception>
    public void CreateNew(long replicas, long collisions)
    {
        var template = deployment.Content.At("spec", "template")!;
        var hash = TemplateHash.Of(template, collisions);
        var content = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name}-{hash}",
                ["labels"] = Labelled(template.At("metadata", "labels"), hash),
                ["annotations"] = NewAnnotations(),
                ["ownerReferences"] = new JsonArray(Ownership.ReferenceTo(deployment)),
            },
            ["spec"] = Spec(template, hash, replicas),
            ["status"] = new JsonObject { ["replicas"] = 0 },
        };
        New = writer.Create(ResourceKind.ReplicaSets, deployment.Namespace, content);
        All.Add(New);
        if (replicas > 0)
            events.Normal(deployment, "ScalingReplicaSet", $"Scaled up replica set {New.Name} to {replicas}");
    }

    /// <summary>Asks a set for another number of pods.</summary>
    /// <returns>True when that was a change.</returns>
    public bool ScaleTo(StoredObject set, long replicas)
    {
        var before = Scale.Wanted(set.Content);
        var content = Change(set, c =>
        {
            c.At("spec")!["replicas"] = replicas;
            StampSize(Annotations(c));
        });
        if (content is null || before == replicas)
            return false;
        events.Normal(deployment, "ScalingReplicaSet", $"Scaled {(replicas > before ? "up" : "down")} replica set {set.Name} to {replicas}");
        return true;
    }

    /// <summary>Forgets a set of the history.</summary>
    public void Remove(StoredObject set)
    {
        writer.Remove(set.Kind, set.Namespace, set.Name);
        All.RemoveAll(s => s.Name == set.Name);
    }

    private StoredObject? Change(StoredObject set, Action<JsonObject> change)
    {
        var after = writer.Update(set.Kind, set.Namespace, set.Name, change);
        var index = All.FindIndex(s => s.Name == set.Name);
        if (after is not null && index >= 0)
            All[index] = after;
        if (New?.Name == set.Name)
            New = after;
        return after;
    }

    private JsonObject Spec(JsonObject template, string hash, long replicas)
    {
        var labelled = (JsonObject)template.DeepClone();
        var metadata = labelled.At("metadata") ?? (JsonObject)(labelled["metadata"] = new JsonObject());
        metadata["labels"] = Labelled(metadata.At("labels"), hash);
        var selector = deployment.Content.At("spec", "selector")?.DeepClone() as JsonObject ?? [];
        selector["matchLabels"] = Labelled(selector.At("matchLabels"), hash);
        var spec = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = labelled };
        if (deployment.Content.Number("spec", "minReadySeconds") is > 0 and var least)
            spec["minReadySeconds"] = least;
        return spec;
    }

    private JsonObject NewAnnotations()
    {
        var annotations = new JsonObject();
        CopyAnnotations(annotations);
        annotations[Revision] = $"{NextRevision}";
        StampSize(annotations);
        return annotations;
    }

    // As in a real cluster, the change cause of a rollout is kept with its ReplicaSet; what kubectl applied is not.
    private void CopyAnnotations(JsonObject annotations)
    {
        foreach (var (name, value) in deployment.Content.At("metadata", "annotations") ?? [])
            if (name is not (Revision or History or Desired or Max or "kubectl.kubernetes.io/last-applied-configuration"))
                annotations[name] = value?.DeepClone();
    }

    private void StampSize(JsonObject annotations)
    {
        var wanted = Scale.Wanted(deployment.Content);
        annotations[Desired] = $"{wanted}";
        annotations[Max] = $"{wanted + RollingUpdate.Of(deployment.Content).Surge}";
    }

    private static JsonObject Annotations(JsonObject content) =>
        content.At("metadata", "annotations") ?? (JsonObject)(content.At("metadata")!["annotations"] = new JsonObject());

    private static JsonObject Labelled(JsonObject? labels, string hash)
    {
        var labelled = labels?.DeepClone() as JsonObject ?? [];
        labelled[TemplateHash.Label] = hash;
        return labelled;
    }
}
