using System.Collections.Immutable;

namespace Pipeline.Verification;

/// <summary>What was seen from outside after a release.</summary>
/// <param name="Probes">One for each address, in the order they were asked.</param>
public sealed record VerificationResult(ImmutableArray<ProbeResult> Probes);

/// <summary>One answer.</summary>
/// <param name="Name">What was asked, as in <c>health</c>.</param>
/// <param name="Address">The whole address.</param>
/// <param name="Passed">True when the answer was what the release promises.</param>
/// <param name="Found">Status and what the answer said, with values.</param>
/// <param name="Milliseconds">How long the last attempt took.</param>
public sealed record ProbeResult(string Name, string Address, bool Passed, string Found, double Milliseconds);
