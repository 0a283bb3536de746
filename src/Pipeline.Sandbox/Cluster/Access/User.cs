namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>Who asks.</summary>
internal sealed record User(string Name, IReadOnlyList<string> Groups)
{
    public static readonly User Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    public bool IsMaster => Groups.Contains("system:masters");
}
