using Pipeline.Databases;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Whether the schema goes back with the pods, and how long that may take.</summary>
public sealed record SchemaReturnOptions
{
    /// <summary>The database. Without an address the record says where the schema stands; a schema that goes back needs one.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>Takes the schema back to the exact revision of the release that serves again.</summary>
    /// <value>False: it stays.</value>
    public bool RollbackSchema { get; init; }

    /// <summary>How long each statement of the downgrade may take, and so how long the Job is waited for.</summary>
    /// <value>15m.</value>
    public string? RollbackSchemaTimeout { get; init; }

    /// <summary><see cref="RollbackSchemaTimeout"/> as a duration.</summary>
    public TimeSpan Timeout => new Faults().Duration(nameof(RollbackSchemaTimeout), RollbackSchemaTimeout, DefaultTimeout);

    private static TimeSpan DefaultTimeout => TimeSpan.FromMinutes(15);

    /// <summary>True when the database can be asked.</summary>
    internal bool HasAddress => !Database.IsAbsent && Database.DatabaseUrl is not null;

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        if (HasAddress || RollbackSchema)
            Database.Check(faults);
        faults.Duration(nameof(RollbackSchemaTimeout), RollbackSchemaTimeout, DefaultTimeout);
    }
}
