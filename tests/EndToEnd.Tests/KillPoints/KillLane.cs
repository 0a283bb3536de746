using System.Diagnostics;
using EndToEnd.Tests.Bed;
using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>
/// An environment in which one deploy after the other is ended, each of a version of its own, and followed by another run. It is never set
/// back: what the deaths before left behind is part of it.
/// </summary>
internal sealed class KillLane : IAsyncDisposable
{
    private const string Reason = "the deploy before died";
    private readonly SandboxProduct product;
    private readonly ChangingProduct source;
    private readonly WatchedPrograms programs;
    private readonly HashSet<string> backups = [];
    private World? left;
    private int seenFailures;

    private KillLane(SandboxProduct product, string head)
    {
        this.product = product;
        source = new ChangingProduct(product.Checkout, head);
        programs = new WatchedPrograms(Path.Combine(product.Checkout.Folder, ".nuke", "temp", "programs"));
    }

    private Checkout Build => product.Checkout;

    /// <summary>An environment with two good releases.</summary>
    public static async Task<KillLane> NewAsync(SandboxProduct product, string head)
    {
        var lane = new KillLane(product, head);
        for (var release = 1; release <= 2; release++)
        {
            lane.source.Next();
            (await lane.DeployAsync()).Ended(0);
        }

        return lane;
    }

    /// <summary>Deploys a version to the end.</summary>
    /// <returns>What it asked of the servers, and which programs it started.</returns>
    public async Task<(IReadOnlyList<JournalEntry> Requests, IReadOnlyList<JournalEntry> Programs)> JournalAsync()
    {
        source.Next();
        programs.Begin(null);
        using var journal = new SandboxJournal(product.Endpoint.Control);
        await journal.BeginAsync(null);
        (await DeployAsync()).Ended(0);
        return ((await journal.ReadAsync()).Entries, [.. programs.Entries]);
    }

    /// <summary>Ends a deploy there, and follows it with a rollback or another deploy.</summary>
    public Task<Survival> SurviveAsync(KillPoint point, bool andBack) => FollowAsync(point.Name, point.Order, point, andBack);

    /// <summary>Ends a deploy at a request, and follows it.</summary>
    public Task<Survival> SurviveAsync(string name, Func<int, KillOrder> order, bool andBack) => FollowAsync(name, order, null, andBack);

    public async ValueTask DisposeAsync() => await product.DisposeAsync();

    private async Task<Survival> FollowAsync(string name, Func<int, KillOrder> order, KillPoint? point, bool andBack)
    {
        var started = Stopwatch.GetTimestamp();
        var (before, revision) = (left ?? await World.ReadAsync(product), source.Revision);
        var served = before.ApiVersion;
        var wasBack = before.Newest["rollback"] is not null;
        backups.UnionWith(before.Records.Select(r => (string?)r["backup"]?["id"]).OfType<string>());
        source.Next();
        var (struck, killed) = await EndedAsync(order, point);
        var opened = (await World.ReadAsync(product)).Records.Any(r => (string?)r["version"] == source.Version);
        var after = andBack ? await Build.BuildAsync("Rollback", "--assume-yes", "--reason", Reason) : await DeployAsync();
        var world = left = await World.ReadAsync(product);
        var faults = new List<string>();
        if (after.ExitCode != 0)
            faults.Add($"the run that followed ended with {after.ExitCode}");
        // A run that died before it had a record is no release: then the one that serves is left, unless a rollback brought it, which is not repeated.
        var stays = opened || wasBack;
        faults.AddRange(WorldCheck.Faults(world, andBack ? stays ? served : null : source.Version, andBack ? [before.SchemaRevision ?? revision, source.Revision] : [source.Revision], backups));
        if (andBack && !stays && world.ApiVersion == served)
            faults.Add($"{served} still serves");
        faults.AddRange(product.Users.Seen.Failures.Skip(seenFailures).Select(f => $"users saw: {f}"));
        seenFailures = product.Users.Seen.Failures.Count;
        if (faults.Count > 0)
            faults.Add($"The run that was ended ({killed.ExitCode}):\n{killed.Output}\nThe run that followed:\n{after.Output}");
        return new Survival($"{name}, then {(andBack ? "Rollback" : "Deploy")}", struck, faults, Stopwatch.GetElapsedTime(started));
    }

    private async Task<(bool Struck, Outcome Killed)> EndedAsync(Func<int, KillOrder> order, KillPoint? point)
    {
        using var journal = new SandboxJournal(product.Endpoint.Control);
        programs.Begin(point);
        var killed = await Build.BuildPreparedAsync(
            async process => await journal.BeginAsync(point is { IsAtProgram: true } ? null : order(process)), programs.Variables, "Deploy", "--release-version", source.Version);
        return (point is { IsAtProgram: true } ? programs.Struck : (await journal.ReadAsync()).Struck, killed);
    }

    private Task<Outcome> DeployAsync() => Build.BuildAsync(programs.Variables, "Deploy", "--release-version", source.Version);
}
