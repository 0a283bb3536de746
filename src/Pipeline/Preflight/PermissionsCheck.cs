using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The user of the context may do everything that a release does. Asks the cluster itself, one review for each right.</summary>
/// <param name="shared">The manifests, whose kinds the release applies.</param>
internal sealed class PermissionsCheck(SharedReads shared) : IPreflightCheck
{
    private const string Reviews = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <inheritdoc />
    public string Name => CheckName.Permissions;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var applied = (await shared.KindsAsync(context, cancellation)).Select(k => k.Resource).OfType<Resource>().Distinct();
        var rights = NeededRights.All.Concat(applied.SelectMany(NeededRights.ToApply)).Distinct().ToList();
        var allowed = await Task.WhenAll(rights.Select(r => IsAllowedAsync(cluster, r, cancellation)));
        var missing = rights.Where((_, i) => !allowed[i]).GroupBy(r => r.Kind, r => r.Verb).ToList();
        return missing.Count == 0
            ? new Finding(Name, FindingState.Passed, $"all {rights.Count} rights in '{cluster.Namespace}'")
            : new Finding(
                Name,
                FindingState.Failed,
                $"in '{cluster.Namespace}' the user of '{cluster.Context}' may not {string.Join("; ", missing.Select(m => $"{string.Join(", ", m)} {m.Key}"))}.",
                "Have an administrator apply k8s/setup/.");
    }

    private static async Task<bool> IsAllowedAsync(ClusterConnection cluster, Right right, CancellationToken cancellation)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = right.IsNamespaced ? cluster.Namespace : "",
                    ["verb"] = right.Verb,
                    ["group"] = right.Group,
                    ["resource"] = right.Resource,
                    ["subresource"] = right.Subresource,
                },
            },
        };
        using var content = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
        var answer = await cluster.SendAsync(HttpMethod.Post, Reviews, content, cancellation);
        return answer.Text("status", "allowed") == "true";
    }
}
