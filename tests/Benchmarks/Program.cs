using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Pipeline.Benchmarks;

// dotnet run --configuration Release -- cluster .nuke/temp/sandbox testbed
if (args is ["cluster", var sandbox, var context])
{
    await ClusterComparison.RunAsync(sandbox, context);
    return;
}

// dotnet run --configuration Release -- rollout testbed
if (args is ["rollout", var cluster])
{
    await RolloutComparison.RunAsync(cluster);
    return;
}

// dotnet run --configuration Release -- watch testbed, for half an hour
if (args is ["watch", var watched])
{
    await LongWatch.RunAsync(watched);
    return;
}

// dotnet run --configuration Release -- rollback testbed
if (args is ["rollback", var place])
{
    await RollbackComparison.RunAsync(place);
    return;
}

// Whole programs are measured, started as a person starts them: one start is one iteration, and nothing has to be generated or compiled.
var job = Job.Dry.WithToolchain(InProcessNoEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(15).WithId("Process");
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
