using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CliWrap;
using Npgsql;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Build.Sandbox;

/// <summary>Deploys twice into a sandbox of its own, the second time with a fault, and compares how that ends with what is documented.</summary>
/// <param name="root">The repository's root.</param>
/// <param name="api">The folder with the API's sources.</param>
internal sealed class Rehearsal(string root, string api)
{
    private const string Before = "rehearsal-1";
    private const string After = "rehearsal-2";
    // Nobody rehearses for ten minutes what is decided after one.
    private static readonly string[] Limits = ["--rollout-timeout", "60s", "--verify-timeout", "30s", "--cdn-timeout", "10s", "--migration-timeout", "20s"];
    private readonly string folder = Path.Combine(root, ".nuke", "temp", "rehearsal");

    /// <summary>Rehearses a fault, or lists all.</summary>
    /// <param name="fault"><c>NAME</c>, <c>NAME:ARGUMENT</c> or <c>list</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UsageException">There is no such fault.</exception>
    /// <exception cref="FailureException">It did not end as documented.</exception>
    public async Task RunAsync(string? fault, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(fault))
            throw new UsageException("--fault is missing: './build.sh Rehearse --fault list' describes what can be rehearsed.");
        var all = await SandboxProcess.FaultsAsync(cancellation);
        if (fault == "list")
        {
            foreach (var line in all.SelectMany(Describe))
                Log.Information("{Line:l}", line);
            return;
        }

        var entry = all.FirstOrDefault(e => e.Name == fault.Split(':')[0])
            ?? throw new UsageException($"--fault: '{fault}' is none of the faults, which are: {string.Join(", ", all.Select(e => e.Name))}. './build.sh Rehearse --fault list' describes them.");
        await RehearseAsync(entry, fault, cancellation);
    }

    private static IEnumerable<string> Describe(FaultEntry entry) => [entry.Usage, $"  {entry.Does}", $"  {entry.Expected} Exit code {entry.ExitCode}."];

    private async Task RehearseAsync(FaultEntry entry, string fault, CancellationToken cancellation)
    {
        using var sandbox = new SandboxProcess(folder, endsWithThis: true);
        await sandbox.StopAsync(cancellation);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        var running = await sandbox.EnsureAsync(cancellation);
        Log.Information("Rehearsing {Fault:l}. {Does:l} First a release without it", fault, entry.Does);
        if (await DeployAsync(Before, [], false, _ => { }, cancellation) is (not 0, var said))
            throw new FailureException($"The release without the fault failed: that is no rehearsal, but a fault of its own.{Environment.NewLine}{said}");
        Log.Information("And now a release with {Fault:l}", fault);
        var sources = await new RehearsedSources(Path.Combine(folder, "rehearsed")).WriteAsync(api, entry.NeedsMigration, cancellation);
        if (entry.LimitsFiles)
            await FillDatabaseAsync(running, cancellation);
        await sandbox.SwitchAsync(running, [fault], cancellation);
        var (exitCode, output) = await DeployAsync(After, ["--image-context", sources], entry.LimitsFiles, Console.Out.WriteLine, cancellation);
        Judge(entry, exitCode, output, await ServedAsync(running, cancellation));
    }

    private async Task<(int ExitCode, string Output)> DeployAsync(string version, string[] more, bool limitsFiles, Action<string> show, CancellationToken cancellation)
    {
        var output = new List<string>();
        void Take(string line)
        {
            lock (output)
                output.Add(line);
            show(line);
        }

        string[] command = [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], "Deploy", "--profile", "sandbox", "--release-version", version, .. Limits, .. more];
        // Ignored, the signal becomes an error that a program can tell of; by default it would just end.
        string[] limited = ["sh", "-c", "ulimit -f 2048; trap '' XFSZ; exec \"$@\"", "sh", .. command];
        var started = limitsFiles ? limited : command;
        var ended = await Cli.Wrap(started[0]).WithArguments(started[1..]).WithWorkingDirectory(root)
            // Without the second, the runtime's own memory counts as a file that grows.
            .WithEnvironmentVariables(new Dictionary<string, string?> { [SandboxProcess.FolderVariable] = folder, ["DOTNET_EnableWriteXorExecute"] = limitsFiles ? "0" : null })
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(Take)).WithStandardErrorPipe(PipeTarget.ToDelegate(Take))
            .ExecuteAsync(CancellationToken.None, cancellation);
        return (ended.ExitCode, string.Join('\n', output));
    }

    // Some megabytes that cannot be compressed away.
    private static async Task FillDatabaseAsync(SandboxEndpoint running, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(DatabaseAddress.Parse(new Secret(running.Parameters["DatabaseUrl"])));
        await using var fill = database.CreateCommand("create table rehearsed_filling as select md5(random()::text) as filling from generate_series(1, 200000)");
        await fill.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string> ServedAsync(SandboxEndpoint running, CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return (await client.GetFromJsonAsync<JsonObject>($"{running.Api}/health", cancellation))?["version"]?.ToString() switch
            {
                Before => "Old",
                After => "New",
                var other => $"version '{other}'",
            };
        }
        catch (HttpRequestException)
        {
            return "Nothing";
        }
    }

    private static void Judge(FaultEntry entry, int exitCode, string output, string serves)
    {
        Log.Information("Documented: {Expected:l} Exit code {ExitCode}; the API serves: {Serves:l}", entry.Expected, entry.ExitCode, entry.Serves);
        Log.Information("Seen: exit code {ExitCode}; the API serves: {Serves:l}", exitCode, serves);
        if (exitCode != entry.ExitCode || serves != entry.Serves)
            throw new FailureException($"The rehearsal of {entry.Name} did not end as documented.");
        if (!output.Contains(entry.Says, StringComparison.Ordinal))
            throw new FailureException($"The rehearsal of {entry.Name} ended as documented, but without the words '{entry.Says}'.");
    }
}
