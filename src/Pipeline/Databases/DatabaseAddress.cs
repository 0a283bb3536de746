using Npgsql;
using Pipeline.Errors;
using Pipeline.Settings;

namespace Pipeline.Databases;

/// <summary>Turns a <c>postgresql://</c> address into what Npgsql and the PostgreSQL client programs take.</summary>
public static class DatabaseAddress
{
    /// <summary>Npgsql's form of an address.</summary>
    /// <exception cref="UsageException">It is no such address. The sentence does not repeat it: it holds a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(Secret address)
    {
        // SQLAlchemy names its driver in the scheme: postgresql+psycopg2://
        var text = address.Reveal();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme.Split('+')[0] is not ("postgresql" or "postgres") || uri.AbsolutePath.Length < 2)
            throw new UsageException($"{Flag.VariableOf(nameof(DatabaseOptions.DatabaseUrl))} is not an address of the form postgresql://user:password@host:port/name.");
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.IdnHost,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "pipeline",
            Timeout = 5,
            Pooling = false,
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            if (pair.Split('=', 2) is ["sslmode", var mode] && Enum.TryParse<SslMode>(mode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var parsed))
                builder.SslMode = parsed;
        return builder;
    }

    /// <summary>The variables that libpq's programs (<c>pg_dump</c>, <c>psql</c>) read, so that no password stands in a command line.</summary>
    public static IReadOnlyDictionary<string, string?> LibpqEnvironment(Secret address)
    {
        var parsed = Parse(address);
        return new Dictionary<string, string?>
        {
            ["PGHOST"] = parsed.Host,
            ["PGPORT"] = $"{parsed.Port}",
            ["PGDATABASE"] = parsed.Database,
            ["PGUSER"] = parsed.Username,
            ["PGPASSWORD"] = parsed.Password,
            ["PGAPPNAME"] = "pipeline",
            ["PGCONNECT_TIMEOUT"] = "5",
            // A service file or a numeric address that happens to be set would go before PGHOST and lead to another server.
            ["PGSERVICE"] = null,
            ["PGHOSTADDR"] = null,
            ["PGOPTIONS"] = null,
            ["PGSSLMODE"] = parsed.SslMode is SslMode.VerifyCA ? "verify-ca" : parsed.SslMode is SslMode.VerifyFull ? "verify-full" : parsed.SslMode.ToString().ToLowerInvariant(),
        };
    }
}
