using System.Collections.Immutable;

namespace Pipeline.Rollouts;

/// <summary>What was applied to the cluster. The manifests themselves are kept beside the record.</summary>
/// <param name="Objects">Every applied object, in the order of application.</param>
/// <param name="Changed">How many of them the cluster had to change.</param>
/// <param name="Removed">How many objects of earlier releases were removed, because no manifest had them any more.</param>
public sealed record RolloutResult(ImmutableArray<AppliedObject> Objects, int Changed, int Removed = 0);

/// <summary>One applied object.</summary>
/// <param name="ApiVersion">Group and version, as in <c>apps/v1</c>.</param>
/// <param name="Kind">As in <c>Deployment</c>.</param>
/// <param name="Name">Its name in the namespace.</param>
/// <param name="Hash">Of a Secret only: tells whether its content is another one, and nothing else; see <see cref="SecretHash"/>.</param>
/// <param name="RolloutRevision">Of a Deployment only: its revision once it was rolled out, as <c>kubectl rollout history</c> shows it.</param>
public sealed record AppliedObject(string ApiVersion, string Kind, string Name, string? Hash = null, string? RolloutRevision = null)
{
    /// <inheritdoc />
    public override string ToString() => $"{Kind}/{Name}";
}
