using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Pipeline.Benchmarks;

/// <summary>
/// Lists and watches of the sandbox's API server against the test bed's, with 2,000 pods in each. The two are asked by turns, so that
/// whatever else the machine does slows both alike; the harness of the other benchmarks measures one after the other.
/// </summary>
internal static class ClusterComparison
{
    private const int Rounds = 25;
    private const int WarmUps = 5;

    /// <param name="sandbox">The folder of a running sandbox.</param>
    /// <param name="context">The test bed's context in KUBECONFIG.</param>
    public static async Task RunAsync(string sandbox, string context)
    {
        var endpoint = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(sandbox, "endpoint.json")))!["parameters"]!;
        var kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") ?? throw new InvalidOperationException("KUBECONFIG does not name the test bed's kubeconfig.");
        await using var bed = await ClusterPeer.StartAsync(kubeconfig, context);
        await using var own = await ClusterPeer.StartAsync((string)endpoint["KubeConfig"]!, (string)endpoint["KubeContext"]!);
        Console.WriteLine($"| {ClusterPeer.Pods} pods            | test bed (ms) | sandbox (ms) | ratio |");
        Console.WriteLine("| -------------------- | ------------: | -----------: | ----: |");
        await CompareAsync("list", bed.ListAsync, own.ListAsync);
        await CompareAsync("list in pages of 500", bed.PageAsync, own.PageAsync);
        await CompareAsync("list by label", bed.SelectAsync, own.SelectAsync);
        await CompareAsync("watch from the start", bed.WatchAllAsync, own.WatchAllAsync);
        await CompareAsync("see one change", bed.SeeChangeAsync, own.SeeChangeAsync);
    }

    private static async Task CompareAsync(string name, Func<Task> bed, Func<Task> own)
    {
        var (ofBed, ofOwn) = (new List<double>(), new List<double>());
        for (var round = -WarmUps; round < Rounds; round++)
        {
            var (first, second) = (await TakenAsync(bed), await TakenAsync(own));
            if (round < 0)
                continue;
            ofBed.Add(first);
            ofOwn.Add(second);
        }

        var (middleOfBed, middleOfOwn) = (Median(ofBed), Median(ofOwn));
        Console.WriteLine($"| {name,-20} | {middleOfBed,13:0.0} | {middleOfOwn,12:0.0} | {middleOfOwn / middleOfBed,5:0.00} |");
    }

    private static async Task<double> TakenAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
