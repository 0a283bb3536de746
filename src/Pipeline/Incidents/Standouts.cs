using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Incidents;

/// <summary>What a person should read first: whatever in the evidence is not as it should be.</summary>
internal static class Standouts
{
    private const decimal NearlyFull = 0.9m;
    private static readonly string[] Pressures = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    /// <summary>One sentence for each; none when nothing stands out.</summary>
    public static IReadOnlyList<string> In(ClusterObjects objects, ReleaseHistory? history) =>
    [
        .. OfRecord(history), .. objects[Resource.Deployments].SelectMany(OfDeployment), .. objects[Resource.Pods].SelectMany(OfPod),
        .. objects[Resource.Jobs].SelectMany(OfJob), .. objects[ClusterObjects.Nodes].SelectMany(OfNode),
        .. objects[ClusterObjects.Quotas].SelectMany(OfQuota), .. OfUsage(objects),
    ];

    private static IEnumerable<string> OfRecord(ReleaseHistory? history)
    {
        if (history?.Latest is { Outcome: not ReleaseOutcome.Succeeded } latest)
            yield return latest.Outcome == ReleaseOutcome.Unfinished
                ? $"release {latest.Number} ({latest.Version}) is unfinished: it runs, or its run was stopped"
                : $"release {latest.Number} ({latest.Version}) ended as {latest.Outcome}";
    }

    private static IEnumerable<string> OfDeployment(JsonObject deployment)
    {
        var subject = $"Deployment/{deployment.Name()}";
        foreach (var (type, wrong) in ((string, string)[])[("Available", "False"), ("Progressing", "False"), ("ReplicaFailure", "True")])
            if (deployment.Condition(type) is { } said && said.Text("status") == wrong)
                yield return $"{subject}: {type} is {wrong}, {said.Text("reason")}: {said.Text("message")}";
        if (deployment.Text("spec", "paused") == "true")
            yield return $"{subject} is paused";
        var (ready, wanted) = (deployment.Number("status", "readyReplicas"), deployment.Number("spec", "replicas"));
        if (ready < wanted)
            yield return $"{subject}: {ready} of {wanted} pods are ready";
    }

    // The rules are about pods that should go on; a Job's pod has ended well.
    private static IEnumerable<string> OfPod(JsonObject pod) =>
        pod.Text("status", "phase") == "Succeeded" ? [] : PodTrouble.In(pod).Select(t => $"{t}. {t.Rule.Hint}");

    private static IEnumerable<string> OfJob(JsonObject job)
    {
        if (job.Condition("Failed") is { } failed && failed.Text("status") == "True")
            yield return $"Job/{job.Name()} failed: {failed.Text("reason")}, {failed.Text("message")}";
    }

    private static IEnumerable<string> OfNode(JsonObject node)
    {
        if (node.Condition("Ready") is { } ready && ready.Text("status") != "True")
            yield return $"Node/{node.Name()} is not ready: {ready.Text("reason")}, {ready.Text("message")}";
        foreach (var pressure in Pressures.Where(p => node.Condition(p).Text("status") == "True"))
            yield return $"Node/{node.Name()} is under {pressure}";
        if (node.Text("spec", "unschedulable") == "true")
            yield return $"Node/{node.Name()} is cordoned";
    }

    private static IEnumerable<string> OfQuota(JsonObject quota) =>
        from hard in quota.At("status", "hard") ?? []
        let used = quota.Text("status", "used", hard.Key)
        where PodAmounts.TryQuantity(hard.Value?.ToString()) is > 0 and var limit && PodAmounts.Quantity(used) >= limit
        select $"ResourceQuota/{quota.Name()}: {hard.Key} is used up, {used} of {hard.Value}";

    private static IEnumerable<string> OfUsage(ClusterObjects objects) =>
        from measured in objects[ClusterObjects.PodMetrics]
        from used in measured.Items("containers")
        let pod = objects[Resource.Pods].FirstOrDefault(p => p.Name() == measured.Name())
        let container = pod.Items("spec", "containers").FirstOrDefault(c => c.Text("name") == used.Text("name"))
        let limit = PodAmounts.Quantity(container.Text("resources", "limits", "memory"))
        where limit > 0 && PodAmounts.Quantity(used.Text("usage", "memory")) >= limit * NearlyFull
        select $"Pod/{measured.Name()}, container '{used.Text("name")}': uses {used.Text("usage", "memory")} of its {container.Text("resources", "limits", "memory")} memory";
}
