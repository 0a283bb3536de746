using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Releases;

public sealed class RecordStoreTests : IAsyncLifetime
{
    private const string Records = "api/v1/namespaces/product/configmaps";
    private readonly LoopbackCluster cluster = new();
    private ClusterConnection connection = null!;
    private RecordStore store = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
        store = new RecordStore(connection);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_record_is_found_by_its_labels()
    {
        await store.TryCreateAsync(Given.Good(7), default);

        var labels = cluster.Objects[$"{Records}/pipeline-release-7"].At("metadata", "labels");
        Assert.Equal("""{"pipeline/record":"release","pipeline/number":"7","pipeline/version":"1.7.0","pipeline/outcome":"Succeeded"}""", labels!.ToJsonString());
    }

    [Fact]
    public async Task What_is_read_is_what_was_written_newest_first()
    {
        await store.TryCreateAsync(Given.Good(9), default);
        await store.TryCreateAsync(Given.Back(10, 9, 8) with { Reason = "orders fail" }, default);

        var read = await new RecordStore(connection).ReadAsync(default);
        Assert.Equal([10, 9], read.Releases.Select(r => r.Number));
        Assert.Equal(Given.Back(10, 9, 8) with { Reason = "orders fail", Accepted = read.Latest!.Accepted, Steps = read.Latest.Steps, Looked = read.Latest.Looked }, read.Latest);
    }

    [Fact]
    public async Task A_number_that_is_taken_is_not_taken_again()
    {
        Assert.True(await store.TryCreateAsync(Given.Good(7), default));
        Assert.False(await new RecordStore(connection).TryCreateAsync(Given.Good(7) with { StartedBy = "bob" }, default));
        Assert.Equal("ann@laptop", (await store.ReadAsync(default)).Latest!.StartedBy);
    }

    [Fact]
    public async Task A_write_over_another_run_s_write_is_refused()
    {
        await store.TryCreateAsync(Given.Good(7), default);
        var other = new RecordStore(connection);
        await other.WriteAsync((await other.ReadAsync(default)).Latest! with { Reason = "theirs" }, default);
        var error = await Assert.ThrowsAsync<FailureException>(() => store.WriteAsync(Given.Good(7) with { Reason = "ours" }, default));

        Assert.Contains("another run in between", error.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", (await store.ReadAsync(default)).Latest!.Reason);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_does_not_stop_the_next_one()
    {
        await store.TryCreateAsync(Given.Good(7), default);
        using var stop = new CancellationTokenSource();
        cluster.BeforeAnswer = _ => stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync(Given.Good(7) with { Reason = "first" }, stop.Token));
        cluster.BeforeAnswer = _ => Task.CompletedTask;
        await store.WriteAsync(Given.Good(7) with { Reason = "second" }, default);

        Assert.Equal("second", (await store.ReadAsync(default)).Latest!.Reason);
    }

    [Fact]
    public async Task A_write_that_is_repeated_since_its_answer_was_lost_is_this_run_s_own()
    {
        await store.TryCreateAsync(Given.Good(7), default);
        LoseAnswer();
        await store.WriteAsync(Given.Good(7) with { Reason = "first" }, default);
        await store.WriteAsync(Given.Good(7) with { Reason = "second" }, default);

        Assert.Equal("second", (await store.ReadAsync(default)).Latest!.Reason);
        Assert.Equal(3, cluster.Requests.Count(r => r.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_several_writes_without_an_answer_any_may_be_what_is_stored()
    {
        await store.TryCreateAsync(Given.Good(7), default);
        using (var stop = new CancellationTokenSource())
        {
            cluster.BeforeAnswer = _ => stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync(Given.Good(7) with { Reason = "first" }, stop.Token));
        }

        using (var stop = new CancellationTokenSource())
        {
            cluster.Before = async _ =>
            {
                await stop.CancelAsync();
                return true;
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync(Given.Good(7) with { Reason = "second" }, stop.Token));
        }

        cluster.Before = _ => Task.FromResult(false);
        LoseAnswer(after: 1);
        await store.WriteAsync(Given.Good(7) with { Reason = "third" }, default);

        Assert.Equal("third", (await store.ReadAsync(default)).Latest!.Reason);
    }

    [Fact]
    public async Task A_record_that_was_created_although_the_server_said_that_it_was_busy_is_this_run_s_own()
    {
        cluster.Instead = async (http, body) =>
        {
            if (http.Request.Method != "POST")
                return false;
            cluster.Instead = (_, _) => Task.FromResult(false);
            cluster.Put($"{Records}/{body!.Name()}", body!);
            http.Response.StatusCode = 503;
            http.Response.Headers.RetryAfter = "0";
            await http.Response.WriteAsync("busy");
            return true;
        };

        Assert.True(await store.TryCreateAsync(Given.Good(7), default));
        await store.WriteAsync(Given.Good(7) with { Reason = "goes on" }, default);
        Assert.Equal("goes on", (await store.ReadAsync(default)).Latest!.Reason);
    }

    [Theory]
    [InlineData("{", "is damaged and cannot be read: ")]
    [InlineData("null", "is damaged and cannot be read: It is empty. Mend it, or save it elsewhere and delete the ConfigMap.")]
    [InlineData("""{"number":7}""", "is damaged and cannot be read: ")]
    [InlineData("""{"number":7,"format":3,"steps":"other"}""", "has format 3, and this build reads up to 2. Run the build of a newer commit.")]
    public async Task A_record_that_cannot_be_read_is_left_out_and_named(string content, string expected)
    {
        Put(content);
        await store.TryCreateAsync(Given.Good(6), default);
        await store.TryCreateAsync(Given.Good(8), default);
        var history = await store.ReadAsync(default);

        Assert.Equal([8, 6], history.Releases.Select(r => r.Number));
        var left = Assert.Single(history.Unreadable);
        Assert.Equal((7, "pipeline-release-7"), (left.Number, left.Name));
        Assert.StartsWith($"The record ConfigMap/pipeline-release-7 in namespace 'product' {expected}", left.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_newest_record_nobody_knows_what_serves()
    {
        Put("{");
        await store.TryCreateAsync(Given.Good(6), default);
        var error = await Assert.ThrowsAsync<FailureException>(() => store.ReadAsync(default));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("The record ConfigMap/pipeline-release-7 in namespace 'product' is damaged and cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" What serves now is not known without it. Nothing was changed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_record_that_a_rollback_went_back_to_nobody_knows_what_serves()
    {
        Put("{");
        await store.TryCreateAsync(Given.Good(8), default);
        await store.TryCreateAsync(Given.Back(9, 8, 7), default);

        Assert.Equal(ExitCode.Refused, (await Assert.ThrowsAsync<FailureException>(() => store.ReadAsync(default))).ExitCode);
    }

    [Fact]
    public async Task A_record_without_a_number_is_left_out_too()
    {
        cluster.Put($"{Records}/notes", new() { ["metadata"] = new JsonObject { ["name"] = "notes", ["labels"] = new JsonObject { ["pipeline/record"] = "release" } } });
        await store.TryCreateAsync(Given.Good(6), default);

        Assert.Null(Assert.Single((await store.ReadAsync(default)).Unreadable).Number);
    }

    [Fact]
    public async Task A_record_of_a_newer_format_is_not_read_as_if_it_were_ours()
    {
        await store.TryCreateAsync(Given.Good(7) with { Format = 3 }, default);
        var error = await Assert.ThrowsAsync<FailureException>(() => store.ReadAsync(default));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("The record ConfigMap/pipeline-release-7 in namespace 'product' has format 3, and this build reads up to 2. Run the build of a newer commit. What serves now is not known without it. Nothing was changed.", error.Message);
    }

    [Fact]
    public async Task A_deleted_record_takes_its_manifests_along()
    {
        await store.TryCreateAsync(Given.Good(7), default);
        await new ManifestArchive(connection).WriteAsync(7, [new JsonObject { ["kind"] = "Service" }], default);
        await store.DeleteAsync(7, default);

        Assert.DoesNotContain(cluster.Objects.Keys, k => k.StartsWith(Records, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pruning_forgets_old_records_oldest_first_and_configuration_that_no_kept_release_has()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            cluster.Put($"{Records}/config-{number}", new() { ["metadata"] = new JsonObject { ["name"] = $"config-{number}", ["labels"] = new JsonObject { ["pipeline/applied"] = "test" } } });
            await store.TryCreateAsync(Given.Good(number) with { Rollout = new([new("v1", "ConfigMap", $"config-{number}")], 1) }, default);
        }

        await new RecordPruning(connection).RunAsync(2, default);

        Assert.Equal(["config-4", "config-5", "pipeline-release-4", "pipeline-release-5"], cluster.Objects.Keys.Where(k => k.StartsWith(Records, StringComparison.Ordinal)).Select(k => k.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.Equal(
            [1, 2, 3],
            cluster.Requests.Where(r => r.StartsWith("DELETE", StringComparison.Ordinal) && r.Contains("pipeline-release-", StringComparison.Ordinal)).Select(r => int.Parse(r.Split('-')[^1])));
    }

    [Fact]
    public async Task Pruning_leaves_what_cannot_be_read_and_the_configuration_that_it_may_refer_to()
    {
        Put("{");
        cluster.Put($"{Records}/config-7", new() { ["metadata"] = new JsonObject { ["name"] = "config-7", ["labels"] = new JsonObject { ["pipeline/applied"] = "test" } } });
        foreach (var number in (int[])[6, 8, 9])
            await store.TryCreateAsync(Given.Good(number) with { Rollout = new([new("v1", "ConfigMap", $"config-{number}")], 1) }, default);
        await new RecordPruning(connection).RunAsync(2, default);

        Assert.Equal(["config-7", "pipeline-release-7", "pipeline-release-8", "pipeline-release-9"], cluster.Objects.Keys.Where(k => k.StartsWith(Records, StringComparison.Ordinal)).Select(k => k.Split('/')[^1]).Order(StringComparer.Ordinal));
    }

    // After the write was stored.
    private void LoseAnswer(int after = 0) => cluster.BeforeAnswer = http =>
    {
        if (http.Request.Method == "PUT" && after-- == 0)
            http.Abort();
        return Task.CompletedTask;
    };

    private void Put(string content) => cluster.Put($"{Records}/pipeline-release-7", new()
    {
        ["metadata"] = new JsonObject { ["name"] = "pipeline-release-7", ["labels"] = new JsonObject { ["pipeline/record"] = "release" } },
        ["data"] = new JsonObject { ["release.json"] = content },
    });
}
