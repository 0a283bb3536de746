using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Releases;

public sealed class ReleaseOpeningTests : IAsyncLifetime
{
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
    public async Task The_first_release_is_number_1_and_each_further_one_more()
    {
        var (first, before) = await OpenAsync(Draft(1));
        await store.WriteAsync(first with { Outcome = ReleaseOutcome.Succeeded }, default);
        var (second, _) = await OpenAsync(Draft(2));

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Null(before.Live);
    }

    [Fact]
    public async Task Numbers_go_on_from_the_newest_when_old_records_are_gone()
    {
        await store.TryCreateAsync(Given.Good(41), default);

        Assert.Equal(42, (await OpenAsync(Draft(2))).Release.Number);
    }

    [Theory]
    [InlineData(ReleaseOutcome.Unfinished)]
    [InlineData(ReleaseOutcome.Failed)]
    [InlineData(ReleaseOutcome.PutBack)]
    [InlineData(ReleaseOutcome.NotPutBack)]
    public async Task The_same_key_goes_on_with_what_is_not_finished(ReleaseOutcome outcome)
    {
        await store.TryCreateAsync(Given.Ended(6, outcome) with { Ended = Given.Moment }, default);
        var (release, _) = await OpenAsync(Draft(6));

        Assert.Equal((6, ReleaseOutcome.Unfinished, null), (release.Number, release.Outcome, release.Ended));
    }

    [Fact]
    public async Task A_verification_from_before_a_failure_does_not_count()
    {
        await store.TryCreateAsync(Given.Good(6) with { Outcome = ReleaseOutcome.PutBack }, default);

        Assert.Null((await OpenAsync(Draft(6))).Release.Verification);
    }

    [Fact]
    public async Task A_finished_release_is_joined_as_it_is()
    {
        await store.TryCreateAsync(Given.Good(6), default);
        var (release, _) = await OpenAsync(Draft(6));

        Assert.Equal((6, ReleaseOutcome.Succeeded), (release.Number, release.Outcome));
        Assert.NotNull(release.Verification);
    }

    [Fact]
    public async Task After_a_rollback_the_same_key_is_a_new_release()
    {
        await store.TryCreateAsync(Given.Good(5), default);
        await store.TryCreateAsync(Given.Good(6), default);
        await store.TryCreateAsync(Given.Back(7, 6, 5), default);

        Assert.Equal(8, (await OpenAsync(Draft(5))).Release.Number);
    }

    [Fact]
    public async Task Another_key_is_refused_while_a_release_is_unfinished()
    {
        await store.TryCreateAsync(Given.Ended(6, ReleaseOutcome.Unfinished), default);
        var error = await Assert.ThrowsAsync<FailureException>(() => OpenAsync(Draft(7)));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal(
            "Release 6 (1.6.0) of ann@laptop is unfinished, and 1.7.0 is another one. Run that one again from its commit, take it back with ./build.sh Rollback, or leave what it did as it is with --fresh.",
            error.Message);
        Assert.Equal([6], (await store.ReadAsync(default)).Releases.Select(r => r.Number));
    }

    [Theory]
    [InlineData("Deploy", ReleaseOutcome.NotPutBack)]
    [InlineData("Backup", ReleaseOutcome.Failed)]
    public async Task Fresh_ends_the_unfinished_release_and_begins_the_next(string step, ReleaseOutcome expected)
    {
        await store.TryCreateAsync(Given.Ended(6, ReleaseOutcome.Unfinished).With(new StepRecord(step, StepState.Running, Given.Moment)), default);
        var (release, history) = await OpenAsync(Draft(7), fresh: true);

        Assert.Equal(7, release.Number);
        Assert.Equal(expected, history.Find(6)!.Outcome);
        Assert.Equal(expected, (await store.ReadAsync(default)).Find(6)!.Outcome);
    }

    [Fact]
    public async Task A_rollback_may_always_begin()
    {
        await store.TryCreateAsync(Given.Good(5), default);
        await store.TryCreateAsync(Given.Ended(6, ReleaseOutcome.Unfinished), default);

        Assert.Equal(7, (await OpenAsync(Given.Back(0, 5, 5, ReleaseOutcome.Unfinished))).Release.Number);
    }

    [Fact]
    public async Task Another_environment_in_the_namespace_is_refused()
    {
        await store.TryCreateAsync(Given.Good(6), default);
        var error = await Assert.ThrowsAsync<FailureException>(() => OpenAsync(Draft(7) with { Environment = "staging" }));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("This namespace belongs to the environment 'test', not to 'staging' (release 6 says so). Check EnvironmentName and KubeNamespace in the profile.", error.Message);
    }

    [Fact]
    public async Task A_number_taken_by_something_that_is_no_record_is_an_error_and_no_endless_loop()
    {
        cluster.Put("api/v1/namespaces/product/configmaps/pipeline-release-1", new() { ["metadata"] = new JsonObject { ["name"] = "pipeline-release-1" } });
        var error = await Assert.ThrowsAsync<FailureException>(() => OpenAsync(Draft(1)).WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal("ConfigMap/pipeline-release-1 is there and is no record: it lacks the label pipeline/record=release. Give it back, or delete the ConfigMap.", error.Message);
    }

    [Theory]
    [InlineData(5, 7)]
    [InlineData(7, null)]
    public async Task A_record_that_cannot_be_read_is_passed_by_unless_it_is_the_newest(int damaged, int? opened)
    {
        await store.TryCreateAsync(Given.Good(6), default);
        cluster.Put($"api/v1/namespaces/product/configmaps/pipeline-release-{damaged}", new()
        {
            ["metadata"] = new JsonObject { ["name"] = $"pipeline-release-{damaged}", ["labels"] = new JsonObject { ["pipeline/record"] = "release" } },
        });
        if (opened is null)
        {
            Assert.Equal(ExitCode.Refused, (await Assert.ThrowsAsync<FailureException>(() => OpenAsync(Draft(9)))).ExitCode);
            return;
        }

        var (release, history) = await OpenAsync(Draft(9));
        Assert.Equal(opened, release.Number);
        Assert.Equal(damaged, Assert.Single(history.Unreadable).Number);
    }

    private static Release Draft(int number) => Given.Ended(number, ReleaseOutcome.Unfinished) with { Number = 0 };

    private Task<(Release Release, ReleaseHistory History)> OpenAsync(Release wanted, bool fresh = false) => ReleaseOpening.OpenAsync(store, wanted, fresh, default);
}
