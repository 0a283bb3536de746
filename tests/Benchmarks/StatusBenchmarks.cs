using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;

namespace Pipeline.Benchmarks;

/// <summary>
/// <c>./build.sh Status</c> beside <c>kubectl get deployment</c> in the environment that PIPELINE_PROFILE names, which must be deployed.
/// Mark: at most 10 times.
/// </summary>
public class StatusBenchmarks
{
    private string context = "";
    private string @namespace = "";

    [GlobalSetup]
    public async Task FindAsync()
    {
        var name = Environment.GetEnvironmentVariable("PIPELINE_PROFILE") ?? throw new InvalidOperationException("PIPELINE_PROFILE does not name the environment to ask.");
        var profile = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, ".nuke", $"parameters.{name}.json")))!;
        context = (string)profile["KubeContext"]!;
        @namespace = (string)profile["KubeNamespace"]!;
        await Repository.BuildAsync("--help");
    }

    [Benchmark(Baseline = true)]
    public Task KubectlAsync() => Repository.RunAsync("kubectl", "--context", context, "--namespace", @namespace, "get", "deployment");

    [Benchmark]
    public Task StatusAsync() => Repository.BuildAsync("Status");
}
