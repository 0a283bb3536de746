using Pipeline.Frontend;
using Pipeline.Verification;

namespace Pipeline.Releases;

/// <summary>How closely Status looks.</summary>
public sealed record StatusOptions
{
    /// <summary>Compares everything that runs with what the record says.</summary>
    /// <value>False: only the record and the Deployments are read.</value>
    public bool Drift { get; init; }

    /// <summary>Fails when something differs from the record.</summary>
    /// <value>False; without effect when <see cref="Drift"/> is false.</value>
    public bool FailOnDrift { get; init; }

    /// <summary>The addresses that users use; those that are not given are not compared.</summary>
    public VerificationOptions Verification { get; init; } = new();

    /// <summary>The bucket of the site; not compared when it is null or names no bucket.</summary>
    public FrontendOptions? Frontend { get; init; }
}
