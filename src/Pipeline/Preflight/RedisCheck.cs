using System.Globalization;
using System.Net;
using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;
using StackExchange.Redis;

namespace Pipeline.Preflight;

/// <summary>The Redis cluster answers, serves every slot, and has the memory that the environment's resource table gives it.</summary>
/// <param name="endpoints">Its nodes and how to log in; null when none is given.</param>
/// <param name="expected">The table's row; null when there is none.</param>
internal sealed class RedisCheck(Secret? endpoints, ComponentResources? expected) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Redis;

    /// <summary>True when the endpoints can be read.</summary>
    public static bool CanRead(Secret endpoints)
    {
        try
        {
            return ConfigurationOptions.Parse(endpoints.Reveal()).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (endpoints is null)
            return new Finding(Name, FindingState.NotChecked, $"{Flag.VariableOf(nameof(PreflightOptions.RedisEndpoints))} is not given");
        context.Hide(endpoints);
        try
        {
            var options = ConfigurationOptions.Parse(endpoints.Reveal());
            context.Hide(Secret.From(options.Password));
            // The library counts CLUSTER and INFO among the commands of administrators.
            (options.AbortOnConnectFail, options.ConnectTimeout, options.ClientName, options.AllowAdmin) = (true, 5000, "pipeline", true);
            // The newer protocol marks texts with their form, which the library hands on as part of them.
            options.Protocol = RedisProtocol.Resp2;
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellation);
            return await LookAsync(redis, cancellation);
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or RedisTimeoutException)
        {
            throw new FailureException($"the Redis cluster does not answer: {e.Message}", cause: e);
        }
    }

    private async Task<Finding> LookAsync(ConnectionMultiplexer redis, CancellationToken cancellation)
    {
        var servers = redis.GetServers().Where(s => s.IsConnected).ToList();
        var info = Fields((string?)await servers[0].ExecuteAsync("CLUSTER", "INFO").WaitAsync(cancellation));
        var found = $"state {info["cluster_state"]}, {info["cluster_slots_ok"]} of 16384 slots, {info["cluster_known_nodes"]} nodes";
        if (info["cluster_state"] != "ok" || info["cluster_slots_ok"] != "16384")
            return new Finding(Name, FindingState.Failed, $"{found}.", "Look with redis-cli cluster nodes.");
        foreach (var server in expected is null ? [] : servers)
            if (await MemoryAsync(server, cancellation) is var memory && memory < PodAmounts.Quantity(expected!.Memory))
                return new Finding(Name, FindingState.Failed, $"{found}; {EndPoint(server)} may use {memory / (1 << 20):0} MiB of the {expected.Memory} that --expected-resources states.", "Raise its maxmemory, or correct the expectation.");
        var unreached = redis.GetServers().Where(s => !s.IsConnected).Select(EndPoint).ToList();
        return unreached.Count > 0
            ? new Finding(Name, FindingState.Warned, $"{found}; not reached from here: {string.Join(", ", unreached)}", "Look whether these nodes run.")
            : new Finding(Name, FindingState.Passed, found);
    }

    // Without a limit of its own a server uses what its machine has.
    private static async Task<decimal> MemoryAsync(IServer server, CancellationToken cancellation)
    {
        var info = Fields((string?)await server.ExecuteAsync("INFO", "memory").WaitAsync(cancellation));
        var limit = info["maxmemory"] is "0" ? info["total_system_memory"] : info["maxmemory"];
        return decimal.Parse(limit, CultureInfo.InvariantCulture);
    }

    private static string EndPoint(IServer server) => server.EndPoint is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{server.EndPoint}";

    // cluster_state:ok
    private static Dictionary<string, string> Fields(string? text) =>
        (text ?? "").Split('\n').Select(l => l.Trim().Split(':', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
}
