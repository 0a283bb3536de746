using Microsoft.Extensions.Time.Testing;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Runs;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Leases;

/// <summary>A run at work that holds the deploy lock, and another one that wants it, by one clock.</summary>
public sealed class TwoRuns : IAsyncLifetime
{
    internal const string LeasePath = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";

    public LoopbackCluster Cluster { get; } = new();

    public FakeTimeProvider Time { get; } = new(Given.Moment);

    public StepRun Holder { get; private set; } = null!;

    public StepRun Other { get; private set; } = null!;

    internal LeaseHolder? LockHolder => LeaseHolder.In(Cluster.Objects[LeasePath]);

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Holder = await StepRun.StartAsync(Cluster.Options, Time);
        Other = await StepRun.StartAsync(Cluster.Options, Time, "1.5.0");
    }

    public async Task DisposeAsync()
    {
        await Holder.DisposeAsync();
        await Other.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    /// <summary>Lets the holder begin a step that goes on until it is stopped; it then ends its run, as the program does.</summary>
    /// <param name="hears">False for a step that hears no cancellation, so that the run never ends.</param>
    public async Task<Task<FailureException>> HolderWorksAsync(bool hears = true)
    {
        var begun = new TaskCompletionSource();
        var working = Holder.FailAsync(new StepOf("Migrate", async (context, stop) =>
        {
            await context.OpenReleaseAsync(stop);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, hears ? stop : default);
        }));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return EndAsync(working);
    }

    /// <summary>Lets the clock go on until the other run's step has ended.</summary>
    public async Task OtherAsync(IStep step) => await Time.WhileAsync(DoneAsync(Other.RunAsync(step)), breath: 4);

    private async Task<FailureException> EndAsync(Task<FailureException> working)
    {
        var error = await working;
        await Holder.Session.DisposeAsync();
        return error;
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }
}
