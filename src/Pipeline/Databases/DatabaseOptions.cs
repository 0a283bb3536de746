using Pipeline.Settings;

namespace Pipeline.Databases;

/// <summary>Which PostgreSQL database. The address is a secret; what it must lead to is pinned in the profile.</summary>
public sealed record DatabaseOptions
{
    /// <summary>The primary's address as this machine reaches it, <c>postgresql://user:password@host:port/name</c>.</summary>
    public Secret? DatabaseUrl { get; init; }

    /// <summary>The database's name that the address must lead to.</summary>
    public string? DatabaseName { get; init; }

    /// <summary>The server's <c>system_identifier</c> (<c>select system_identifier from pg_control_system()</c>) that the address must lead to.</summary>
    public string? DatabaseSystemIdentifier { get; init; }

    /// <summary>Why the environment has no database, in a sentence's middle: nothing is backed up or migrated then, and the record says why.</summary>
    /// <value>None: it has one.</value>
    public string? WithoutDatabase { get; init; }

    /// <summary>True when there is nothing to back up and to migrate.</summary>
    public bool IsAbsent => !string.IsNullOrWhiteSpace(WithoutDatabase);

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        if (IsAbsent)
            return;
        faults.Require(nameof(DatabaseUrl), DatabaseUrl?.Reveal(), "the database's address");
        faults.Require(nameof(DatabaseName), DatabaseName, "the database's name");
        faults.Require(nameof(DatabaseSystemIdentifier), DatabaseSystemIdentifier, "the database server's identity (select system_identifier from pg_control_system())");
    }
}
