using System.Collections.Concurrent;
using CliWrap;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pipeline.Tests.Preflight;

/// <summary>One run of the program with a commit of its own to release; what it logged is kept.</summary>
public sealed class StepRun : IAsyncDisposable
{
    private readonly DirectoryInfo repository = Directory.CreateTempSubdirectory("pipeline-run-");
    private readonly ClusterOptions cluster;
    private readonly TimeProvider time;
    private readonly string version;
    private readonly AskInterrupted? ask;
    private readonly Kept kept = new();
    private PipelineSession session;

    private StepRun(ClusterOptions cluster, TimeProvider time, string version, AskInterrupted? ask)
    {
        this.ask = ask;
        this.cluster = cluster;
        this.time = time;
        this.version = version;
        session = new PipelineSession(time, ask);
    }

    /// <summary>This run's session.</summary>
    public PipelineSession Session => session;

    /// <summary>What differs from the settings that every test has.</summary>
    public Func<ReleaseOptions, ReleaseOptions> Settings { get; set; } = o => o;

    /// <summary>Where a run that fails leaves its evidence; it takes none when this is null.</summary>
    public string? Evidence { get; set; }

    /// <summary>What else differs from the settings that every test has.</summary>
    public Func<RunOptions, RunOptions> Options { get; set; } = o => o;

    public Release Release => session.Ledger.Current;

    public bool IsOpen => session.Ledger.IsOpen;

    public int? ExitCode => session.ExitCode;

    public IReadOnlyList<string> Summary => session.Summary.Lines();

    /// <summary>Every line of every run so far, with its level's first letter.</summary>
    public IEnumerable<string> Log => kept.Lines;

    public static async Task<StepRun> StartAsync(ClusterOptions cluster, TimeProvider? time = null, string version = "1.4.2", AskInterrupted? ask = null)
    {
        var run = new StepRun(cluster, time ?? TimeProvider.System, version, ask);
        await run.GitAsync("init", "--quiet");
        await run.GitAsync("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--allow-empty", "--message=first");
        return run;
    }

    public async Task RunAsync(IStep step)
    {
        using var log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(kept).CreateLogger();
        var release = new ReleaseOptions { EnvironmentName = "test", Root = repository.FullName, ReleaseVersion = version };
        await session.RunAsync(step, Options(new RunOptions(Settings(release), cluster) { EvidenceFolder = Evidence }), log);
    }

    public Task<FailureException> FailAsync(IStep step) => Assert.ThrowsAsync<FailureException>(() => RunAsync(step));

    /// <summary>Ends this run, so that the next step runs in a process of its own.</summary>
    public async Task NextAsync()
    {
        await session.DisposeAsync();
        session = new PipelineSession(time, ask);
    }

    public Task RecordAsync(Func<Release, Release> change) => session.Ledger.UpdateAsync(change, default);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        repository.Delete(recursive: true);
    }

    private Task GitAsync(params string[] arguments) => Cli.Wrap("git").WithArguments(["-C", repository.FullName, .. arguments]).ExecuteAsync();

    private sealed class Kept : ILogEventSink
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void Emit(LogEvent logEvent) => Lines.Enqueue($"{logEvent.Level.ToString()[0]} {logEvent.RenderMessage()}");
    }
}
