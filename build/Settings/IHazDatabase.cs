using Nuke.Common;
using Pipeline.Databases;
using Pipeline.Settings;

namespace Pipeline.Build.Settings;

/// <summary>Which database.</summary>
internal interface IHazDatabase : INukeBuild
{
    /// <summary>The address.</summary>
    [Parameter("The database's address as this machine reaches it: postgresql://user:password@host:port/name.")]
    [Secret]
    string? DatabaseUrl => TryGetValue(() => DatabaseUrl);

    /// <summary>The name it must have.</summary>
    [Parameter("The database's name, which pins it; Init writes it.")]
    string? DatabaseName => TryGetValue(() => DatabaseName);

    /// <summary>The server it must be.</summary>
    [Parameter("The server's system_identifier, which pins it; Init writes it.")]
    string? DatabaseSystemIdentifier => TryGetValue(() => DatabaseSystemIdentifier);

    /// <summary>Why there is none.</summary>
    [Parameter("Why the environment has no database: nothing is backed up and migrated then, and the record says why.")]
    string? WithoutDatabase => TryGetValue(() => WithoutDatabase);

    /// <summary>These settings as the engine takes them.</summary>
    DatabaseOptions Database => new()
    {
        DatabaseUrl = Secret.From(DatabaseUrl),
        DatabaseName = DatabaseName,
        DatabaseSystemIdentifier = DatabaseSystemIdentifier,
        WithoutDatabase = WithoutDatabase,
    };
}
