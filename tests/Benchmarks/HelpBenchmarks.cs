using BenchmarkDotNet.Attributes;

namespace Pipeline.Benchmarks;

/// <summary><c>./build.sh --help</c> with nothing changed, beside the shortest program that dotnet can start. Mark: at most 4 times.</summary>
public class HelpBenchmarks
{
    [GlobalSetup]
    public Task CompileAsync() => Repository.BuildAsync("--help");

    [Benchmark(Baseline = true)]
    public Task EmptyProgramAsync() => Repository.RunAsync("dotnet", Repository.EmptyProgram);

    [Benchmark]
    public Task HelpAsync() => Repository.BuildAsync("--help");
}
