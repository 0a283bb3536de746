using System.Collections.Concurrent;
using Pipeline.Errors;
using Pipeline.Tests.Databases;

namespace Pipeline.Tests.Previews;

public sealed class PreviewStepTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> changing = new();
    private PreviewBed bed = null!;

    public async Task InitializeAsync() => bed = await PreviewBed.StartAsync(postgres);

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [SkippableFact]
    public async Task Before_the_first_release_everything_is_new()
    {
        await bed.MakeDatabaseAsync(null);
        var shown = await bed.PreviewAsync();

        Assert.Equal(ExitCode.Changes, bed.Run.ExitCode);
        Assert.Contains("Release 1 (1.4.2) of test, its first", shown);
        Assert.Contains("  (empty) → aaaa", shown);
        Assert.Contains("  + aaaa, Creates datasets.", shown);
        Assert.Contains("  + Deployment/api", shown);
        Assert.Contains("    + spec.replicas: 2", shown);
        Assert.Contains("  + index.html (18 bytes)", shown);
        Assert.Contains("  the CDN forgets / /config.json /index.html /release.json", shown);
        Assert.All(shown, line => Assert.True(line.Length <= 64, line));
    }

    [SkippableFact]
    public async Task A_preview_sends_nothing_that_changes_a_server()
    {
        await bed.MakeDatabaseAsync(null);
        var written = await bed.TransactionsAsync();
        bed.Cluster.Before = http =>
        {
            if (http.Request.Method != "GET" && !http.Request.Query.ContainsKey("dryRun"))
                changing.Enqueue($"{http.Request.Method} {http.Request.Path}");
            return Task.FromResult(false);
        };
        await bed.PreviewAsync();

        Assert.Contains(bed.Cluster.Requests, r => r.StartsWith("PATCH", StringComparison.Ordinal));
        Assert.Empty(changing);
        Assert.All(bed.Registry.Requests.Concat(bed.Store.Requests), r => Assert.Matches("^(HEAD|GET) ", r));
        Assert.Equal(written, await bed.TransactionsAsync());
        Assert.False(bed.Run.IsOpen);
    }

    [SkippableFact]
    public async Task After_a_deploy_there_is_nothing_to_do()
    {
        await bed.DeployAsync();
        var shown = await bed.PreviewAsync();

        Assert.Null(bed.Run.ExitCode);
        Assert.Contains("Release 1 (1.4.2) of test, which is the newest already", shown);
        Assert.Contains("  stays at aaaa", shown);
        Assert.Contains("  3 of 3 objects stay as they are", shown);
        Assert.Contains("  3 of 3 files are there already", shown);
        Assert.Equal("left alone   everything: a deploy would change nothing", Assert.Single(bed.Run.Summary));
    }

    [SkippableFact]
    public async Task A_changed_configuration_is_shown_beside_the_one_that_it_replaces()
    {
        await bed.DeployAsync();
        bed.Folder.Write("k8s/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: debug, API_TOKEN: hidden-twice}}");
        var shown = string.Join('\n', await bed.PreviewAsync());

        Assert.Equal(ExitCode.Changes, bed.Run.ExitCode);
        Assert.Matches("~ ConfigMap/settings-[0-9a-f]{10}, in place of\n    ? settings-[0-9a-f]{10}\n      data.LOG_LEVEL: info → debug\n      data.API_TOKEN: \\*\\*\\* → \\*\\*\\*\n  ~ Deployment/api\n", shown);
        Assert.Contains("envFrom[0]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Service/api", shown, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_no_manifest_has_any_more_and_pages_that_go_are_shown()
    {
        bed.Folder.Write("web/build/old.html", "old");
        await bed.DeployAsync();
        File.Delete(Path.Combine(bed.Folder.Path, "k8s/b.yaml"));
        File.Delete(Path.Combine(bed.Folder.Path, "web/build/old.html"));
        await bed.NewRunAsync("1.5.0");
        var shown = await bed.PreviewAsync();

        Assert.Contains("  - Service/api: no manifest has it any more", shown);
        Assert.Contains("  - old.html", shown);
    }

    [SkippableFact]
    public async Task A_database_ahead_of_the_code_is_refused()
    {
        await bed.MakeDatabaseAsync("ffff");
        var error = await bed.Run.FailAsync(bed.Step());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith($"The database '{bed.Database}' is at revision ffff, which the image does not carry", error.Message, StringComparison.Ordinal);
    }
}
