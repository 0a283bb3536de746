namespace Pipeline.Tests.Preflight;

/// <summary>Tests of steps that run against a cluster in this process.</summary>
public abstract class StepTests : IAsyncLifetime
{
    private protected LoopbackCluster Cluster { get; } = new();

    private protected StepRun Run { get; set; } = null!;

    public virtual async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Run = await StepRun.StartAsync(Cluster.Options);
    }

    public virtual async Task DisposeAsync()
    {
        await Run.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
