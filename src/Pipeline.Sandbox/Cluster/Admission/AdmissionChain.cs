using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Cluster.Admission;

/// <summary>What a new object must pass after it is valid: policies, then quotas.</summary>
internal sealed class AdmissionChain(ClusterStore store, FaultSwitch faults)
{
    public ResourceQuotas Quotas { get; } = new(store);

    /// <exception cref="ApiException">Forbidden.</exception>
    public void Admit(ResourceKind kind, JsonObject content)
    {
        if (kind == ResourceKind.Pods)
        {
            if (IsRolledOut(content) && faults.Find("admission-denied") is not null)
                throw new ApiException(
                    HttpStatusCode.Forbidden,
                    "Forbidden",
                    $"admission webhook \"policy.example\" denied the request: pod {content.Name()} breaks the policy of this cluster");
            PodSecurity.Check(store, content);
            if (IsRolledOut(content) && faults.Find("quota-exceeded") is not null)
                throw ApiException.Forbidden(kind, content.Name(), "exceeded quota: sandbox, requested: pods=1, used: pods=0, limited: pods=0");
        }

        Quotas.Admit(kind, content);
    }

    // A migration's pod comes first: refused, it would hide what happens to a rollout.
    private static bool IsRolledOut(JsonObject pod) => pod.At("metadata").Items("ownerReferences").Any(o => o.Text("kind") == "ReplicaSet");
}
