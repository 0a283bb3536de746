using System.Collections.Immutable;

namespace Pipeline.Verification;

/// <summary>Collects from every probe of a run whether users were answered. Probes that run side by side add to it.</summary>
internal sealed class Availability(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, AddressAvailability> addresses = new(StringComparer.Ordinal);
    private readonly HashSet<string> failing = [];
    private DateTimeOffset? first;
    private DateTimeOffset? failingSince;
    private TimeSpan affected;

    /// <summary>Adds one answer.</summary>
    /// <param name="address">What was asked.</param>
    /// <param name="fault">Why it was no answer for users: none came, or the server said that it failed; null for any other.</param>
    public void Add(Uri address, string? fault)
    {
        var name = address.GetLeftPart(UriPartial.Path);
        lock (gate)
        {
            var now = time.GetUtcNow();
            first ??= now;
            var known = addresses.GetValueOrDefault(name) ?? new AddressAvailability(name, 0, 0, null, null, null);
            addresses[name] = fault is null
                ? known with { Asked = known.Asked + 1 }
                : known with { Asked = known.Asked + 1, Failed = known.Failed + 1, FirstFailed = known.FirstFailed ?? now, LastFailed = now, Fault = fault };
            Count(name, fault is not null, now);
        }
    }

    /// <summary>The figures so far; null when nobody asked.</summary>
    public AvailabilityResult? Result
    {
        get
        {
            lock (gate)
            {
                var now = time.GetUtcNow();
                var soFar = affected + (failingSince is { } since ? now - since : TimeSpan.Zero);
                return first is { } from ? new AvailabilityResult(from, now, Math.Round(soFar.TotalSeconds, 1), failingSince is not null, [.. addresses.Values]) : null;
            }
        }
    }

    // While any address fails, users are affected; from its first bad answer to its next good one.
    private void Count(string name, bool fails, DateTimeOffset now)
    {
        if (fails ? !failing.Add(name) : !failing.Remove(name))
            return;
        if (fails)
            failingSince ??= now;
        else if (failing.Count == 0 && failingSince is { } since)
            (affected, failingSince) = (affected + (now - since), null);
    }
}

/// <summary>Whether users were answered, as far as somebody asked.</summary>
/// <param name="From">The first probe, in UTC; what users saw before it is not known.</param>
/// <param name="To">When the asking ended, in UTC.</param>
/// <param name="AffectedSeconds">How long at least one address failed, from a probe that failed to the next one that did not.</param>
/// <param name="StillFails">True when an address failed to the end.</param>
/// <param name="Addresses">Each address.</param>
public sealed record AvailabilityResult(DateTimeOffset From, DateTimeOffset To, double AffectedSeconds, bool StillFails, ImmutableArray<AddressAvailability> Addresses);

/// <summary>What one address answered.</summary>
/// <param name="Address">Without its query.</param>
/// <param name="Asked">How many probes.</param>
/// <param name="Failed">How many were not answered, or with a status from 500 on.</param>
/// <param name="FirstFailed">When the first failed, in UTC.</param>
/// <param name="LastFailed">When the last failed, in UTC.</param>
/// <param name="Fault">What the last one that failed said.</param>
public sealed record AddressAvailability(string Address, int Asked, int Failed, DateTimeOffset? FirstFailed, DateTimeOffset? LastFailed, string? Fault);
