using Pipeline.Sandbox.Database;

namespace Pipeline.Sandbox.Hosting;

/// <summary>What the build is told of the sandbox beside the servers' addresses.</summary>
internal static class SandboxProfile
{
    /// <summary>True of every sandbox.</summary>
    public static IReadOnlyDictionary<string, string> Common { get; } = new Dictionary<string, string>
    {
        ["EnvironmentName"] = "sandbox",
        // People try their changes here before they commit them.
        ["AllowDirty"] = "true",
    };

    /// <summary>How the database is reached, or why there is none.</summary>
    public static IReadOnlyDictionary<string, string> Of(PostgresServer? database) => database is null
        ? new Dictionary<string, string> { ["WithoutDatabase"] = $"no PostgreSQL on this machine ({PostgresBinaries.InstallCommand})" }
        : new Dictionary<string, string>
        {
            ["DatabaseUrl"] = database.Address,
            ["DatabaseName"] = PostgresServer.DatabaseName,
            ["DatabaseSystemIdentifier"] = database.SystemIdentifier,
        };
}
