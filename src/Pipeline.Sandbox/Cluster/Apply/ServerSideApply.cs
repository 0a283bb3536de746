using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>What an apply makes of the live object, and who owns what afterwards.</summary>
/// <param name="isCustom">True for kinds of a CustomResourceDefinition.</param>
internal sealed class ServerSideApply(bool isCustom)
{
    /// <summary>The object after an apply, owners included.</summary>
    /// <param name="live">The object as it is; null when it is to be made.</param>
    /// <param name="wanted">The configuration.</param>
    /// <param name="manager">Who applies.</param>
    /// <param name="force">Takes over what others own.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ApiException">Conflict.</exception>
    public JsonObject Apply(JsonObject? live, JsonObject wanted, Manager manager, bool force, string now)
    {
        var (fields, merge) = (new ObjectFields(isCustom), new AppliedMerge(isCustom));
        var before = live ?? new JsonObject { ["metadata"] = new JsonObject() };
        var owners = FieldOwners.Of(before);
        if (live is not null && owners.IsEmpty)
            owners.Set(new Manager("before-first-apply", IsApply: false, manager.ApiVersion, ""), WithoutStatus(fields.Of(live)), now);

        var merged = (JsonObject)before.DeepClone();
        merge.Merge(merged, wanted);
        var own = fields.Of(wanted);
        merge.Remove(merged, owners[manager].Except(own).Except(owners.OfOthers(manager)));

        var (changed, removed) = fields.Compare(before, merged);
        if (owners.Conflicts(manager, changed) is { Count: > 0 } conflicts && !force)
            throw ApplyConflict.Of(conflicts);
        owners.TakeFromOthers(manager, changed.Union(removed));
        owners.Set(manager, own, now);
        owners.Write(merged);
        return merged;
    }

    /// <summary>Notes in <paramref name="after"/> what an Update made its manager's own. The owners that a client sent count, if it sent any.</summary>
    public void Track(JsonObject? before, JsonObject after, Manager manager, string now)
    {
        var owners = FieldOwners.Of(after.Items("metadata", "managedFields").Any() ? after : before ?? []);
        var (changed, removed) = new ObjectFields(isCustom).Compare(before ?? new JsonObject { ["metadata"] = new JsonObject() }, after);
        if (manager.Subresource.Length == 0)
            (changed, removed) = (WithoutStatus(changed), WithoutStatus(removed));
        owners.TakeFromOthers(manager, changed.Union(removed));
        owners.Set(manager, owners[manager].Union(changed).Except(removed), now);
        owners.Write(after);
    }

    private static FieldSet WithoutStatus(FieldSet set)
    {
        set.Remove("f:status");
        return set;
    }
}
