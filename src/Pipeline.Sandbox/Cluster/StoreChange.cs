namespace Pipeline.Sandbox.Cluster;

/// <summary>What happened to an object.</summary>
internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change in the store.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after it; for a deletion as it last was, with the version of the deletion.</param>
/// <param name="Before">The object before it; null for an addition. A watch with a selector needs both.</param>
internal sealed record StoreChange(ChangeType Type, StoredObject Object, StoredObject? Before);
