using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Build.Testing;

/// <summary>Runs the test projects and counts what they say.</summary>
/// <param name="root">The repository's root.</param>
/// <param name="reports">Where the results are written.</param>
/// <param name="all">Runs the longer suites too.</param>
internal sealed class TestRun(string root, string reports, bool all)
{
    // Stories but for the shortest, and scripts that compile.
    private const string WithoutLongSuites = "Suite!=Long";

    // A test that hangs is named, and ends the run. The longest story takes a quarter of an hour.
    private string[] Limit => ["--blame-hang-timeout", all ? "30min" : "5min", "--blame-hang-dump-type", "none"];

    /// <exception cref="FailureException">A test failed, or a file is not formatted.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var dotnet = new Dotnet(root);
        var format = dotnet.CheckFormatAsync(cancellation);
        var results = Path.Combine(reports, "tests");
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        var counts = new ConcurrentBag<(int Passed, int Failed)>();
        // Much of a test is waiting for programs and servers of its own: two projects at once keep the cores busy. Where there are few, what
        // is waited for would come too late.
        var atOnce = Environment.ProcessorCount >= 4 ? 2 : 1;
        if (atOnce == 1)
            await Task.WhenAny(format);
        await Parallel.ForEachAsync(Projects(), new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation },
            async (project, stop) => counts.Add(await RunAsync(dotnet, project, results, stop)));
        await format;
        var (passed, failed) = (counts.Sum(c => c.Passed), counts.Sum(c => c.Failed));
        Log.Information("{Passed} passed, {Failed} failed", passed, failed);
        if (failed > 0)
            throw new FailureException($"{failed} of {passed + failed} tests failed; '{results}' has the details.");
    }

    private async Task<(int Passed, int Failed)> RunAsync(Dotnet dotnet, string project, string results, CancellationToken cancellation)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var (succeeded, lines) = await dotnet.TryAsync(["test", project, "--no-build", "--nologo", .. Limit, .. all ? (string[])[] : ["--filter", WithoutLongSuites], "--results-directory", results, "--logger", $"trx;LogFileName={name}.trx"], cancellation);
        if (Counts(Path.Combine(results, name + ".trx")) is not var (passed, failed, skipped) || (!succeeded && failed == 0))
            throw new FailureException($"The tests of {name} did not end:{Environment.NewLine}{string.Join(Environment.NewLine, lines.TakeLast(30))}");
        Log.Information("{Project:l}: {Passed} passed, {Failed} failed, {Skipped} skipped", name, passed, failed, skipped);
        foreach (var line in succeeded ? [] : lines.Where(l => !string.IsNullOrWhiteSpace(l) && !l.EndsWith("[SKIP]", StringComparison.Ordinal) && !l.StartsWith("  Skipped ", StringComparison.Ordinal)).TakeLast(80))
            Log.Error("{Line:l}", line);
        return (passed, failed);
    }

    private IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static (int Passed, int Failed, int Skipped)? Counts(string path)
    {
        if (!File.Exists(path) || XDocument.Load(path).Descendants().FirstOrDefault(e => e.Name.LocalName == "Counters") is not { } counters)
            return null;
        int Number(string name) => int.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
        return (Number("passed"), Number("failed"), Number("total") - Number("executed"));
    }
}
