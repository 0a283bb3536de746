using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Tests.Cluster;
using Pipeline.Tests.Images;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;
using Serilog.Core;

namespace Pipeline.Tests.Leases;

public sealed class DeployLeaseTests : LeaseTests
{
    private const string Path = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";
    private static readonly LeaseHolder Ann = new("ann@laptop", "Deploy of 1.4.2", "boot-1 pid:[1]", 41);
    private static readonly LeaseHolder Bob = new("bob@desk", "Rollback to release 6", "boot-2 pid:[1]", 52);

    private JsonObject Lease => Cluster.Objects[Path];

    [Fact]
    public async Task A_free_lease_is_taken_at_once_and_says_who_and_why()
    {
        await using var lease = await AcquireAsync(Ann);

        Assert.Equal("ann@laptop #41", Lease.Text("spec", "holderIdentity"));
        Assert.Equal("2026-03-01T12:00:00.000000Z", Lease.Text("spec", "renewTime"));
        Assert.Equal("ann@laptop #41 for Deploy of 1.4.2", LeaseHolder.In(Lease)!.Sentence);
        Assert.Null(lease.TakenFrom);
    }

    [Fact]
    public async Task The_end_gives_it_back_and_the_next_one_takes_it_at_once()
    {
        await (await AcquireAsync(Ann)).DisposeAsync();
        Assert.Null(LeaseHolder.In(Lease));

        await using var next = await AcquireAsync(Bob);
        Assert.Null(next.TakenFrom);
        Assert.Equal(2, Lease.Number("spec", "leaseTransitions"));
    }

    [Fact]
    public async Task A_holder_that_renews_is_named_and_the_lease_refused()
    {
        await using var held = await AcquireAsync(Ann);
        var error = await Assert.ThrowsAsync<FailureException>(() => Time.WhileAsync(AcquireAsync(Bob), breath: 5));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal(
            "Another run holds the deploy lock: ann@laptop #41 for Deploy of 1.4.2, since 2026-03-01T12:00:00.000000Z. Wait for its end with --lock-wait 10m, end it with ./build.sh Unlock --reason TEXT, in an incident go back over it with ./build.sh Rollback --take-over --reason TEXT, or look with ./build.sh Status. A lock whose run died is taken over after 15 seconds without a sign of life.",
            error.Message);
        Assert.False(held.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_silent_holder_is_taken_over_whatever_its_clock_says(int secondsOff)
    {
        Put(Ann, Given.Moment.AddSeconds(secondsOff));
        await using var lease = await Time.WhileAsync(AcquireAsync(Bob));

        Assert.InRange(Time.GetUtcNow() - Given.Moment, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60));
        Assert.Equal("bob@desk #52", Lease.Text("spec", "holderIdentity"));
        Assert.Equal("ann@laptop #41 for Deploy of 1.4.2", lease.TakenFrom);
    }

    [Fact]
    public async Task A_lease_that_is_given_back_while_it_is_watched_is_taken()
    {
        Put(Ann, Given.Moment);
        var acquiring = AcquireAsync(Bob);
        Put(null, Given.Moment);
        await using var lease = await Time.WhileAsync(acquiring);

        Assert.True(Time.GetUtcNow() - Given.Moment < TimeSpan.FromSeconds(15));
        Assert.Null(lease.TakenFrom);
    }

    [Fact]
    public async Task A_change_that_is_no_renewal_is_no_sign_of_life()
    {
        Put(Ann, Given.Moment);
        var acquiring = AcquireAsync(Bob);
        await Time.UntilAsync(() => Cluster.Requests.Count > 3);
        var labelled = (JsonObject)Lease.DeepClone();
        labelled["metadata"]!["labels"] = new JsonObject { ["looked-at"] = "true" };
        Cluster.Put(Path, labelled);
        await using var lease = await Time.WhileAsync(acquiring);

        Assert.Equal("bob@desk #52", Lease.Text("spec", "holderIdentity"));
    }

    [SkippableFact]
    public async Task A_holder_whose_process_on_this_machine_ended_is_taken_over_at_once()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the boot id is Linux's");
        using var process = Process.Start("true");
        await process.WaitForExitAsync();
        var here = LeaseHolder.Current("Deploy of 1.4.3");
        Put(here with { Why = "Deploy of 1.4.2", Process = process.Id, Start = null }, Given.Moment);
        await using var lease = await AcquireAsync(here);

        Assert.Equal(Given.Moment, Time.GetUtcNow());
        Assert.EndsWith($"#{process.Id} for Deploy of 1.4.2", lease.TakenFrom, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_of_another_boot_or_of_this_very_run_is_not_called_gone()
    {
        Assert.False((Ann with { Process = int.MaxValue }).IsGoneFrom(Bob));
        Assert.False((Ann with { Host = "", Process = int.MaxValue }).IsGoneFrom(Ann with { Host = "" }));
        Assert.False((Ann with { Process = Environment.ProcessId }).IsGoneFrom(Ann));
    }

    [SkippableFact]
    public void A_process_that_began_later_under_the_same_number_is_another_one()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the start is read from /proc");
        var here = LeaseHolder.Current("Deploy of 1.4.2");

        Assert.True((here with { Start = "1" }).IsGoneFrom(here));
        Assert.False(here.IsGoneFrom(here));
    }

    [Fact]
    public async Task With_patience_a_holder_at_work_is_waited_for()
    {
        var held = await AcquireAsync(Ann);
        var waiting = AcquireAsync(Bob, new LeaseWish("Deploy of 1.4.3") { Wait = TimeSpan.FromMinutes(10) });
        await Time.UntilAsync(() => Renewals() >= 4, breath: 5);
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await using var lease = await Time.WhileAsync(waiting);

        Assert.Null(lease.TakenFrom);
        Assert.Equal("bob@desk #52", Lease.Text("spec", "holderIdentity"));
    }

    [Fact]
    public async Task A_holder_that_is_asked_to_end_hears_who_asked_and_why()
    {
        await using var held = await AcquireAsync(Ann);
        held.Asked.Register(() => _ = held.DisposeAsync().AsTask());
        await using var lease = await Time.WhileAsync(AcquireAsync(Bob, new LeaseWish("Rollback to release 6") { TakeOver = _ => "the site is down" }), breath: 5);

        Assert.Equal("bob@desk #52 for Rollback to release 6: the site is down", held.AskedBy);
        Assert.Equal("ann@laptop #41 for Deploy of 1.4.2, ended by bob@desk #52 for Rollback to release 6: the site is down", lease.TakenFrom);
    }

    [Fact]
    public async Task A_holder_that_slept_past_its_end_may_send_nothing()
    {
        await using var lease = await AcquireAsync(Ann);
        Cluster.BeforeAnswer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        Time.Advance(TimeSpan.FromMinutes(1));
        var error = await Assert.ThrowsAsync<FailureException>(() => lease.ProveAsync(default).AsTask());

        Assert.StartsWith("Stopped: this run no longer holds the deploy lock", error.Message, StringComparison.Ordinal);
        Assert.True(lease.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task A_clock_that_jumps_loses_nothing(int hours)
    {
        var clock = new JumpingClock(Time);
        await using var lease = await new LeaseTaking(Connection, Ann, new LeaseWish(Ann.Why), clock, Logger.None).TakeAsync(default);
        clock.Jump = TimeSpan.FromHours(hours == 0 ? -1 : hours);
        await lease.ProveAsync(default);

        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.Equal(hours, Renewals());
    }

    [Fact]
    public async Task It_is_renewed_while_its_holder_works()
    {
        await using var lease = await AcquireAsync(Ann);
        await Time.UntilAsync(() => Renewals() >= 3, breath: 5);

        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.NotEqual("2026-03-01T12:00:00.000000Z", Lease.Text("spec", "renewTime"));
        Assert.Equal("2026-03-01T12:00:00.000000Z", Lease.Text("spec", "acquireTime"));
    }

    [Fact]
    public async Task Another_holder_means_it_is_lost_and_left_to_the_other()
    {
        var lease = await AcquireAsync(Ann);
        Put(Bob, Given.Moment);
        await Time.UntilAsync(() => lease.Lost.IsCancellationRequested);
        await lease.DisposeAsync();

        Assert.Equal("bob@desk #52", Lease.Text("spec", "holderIdentity"));
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_is_no_lost_lease()
    {
        await using var lease = await AcquireAsync(Ann);
        var cut = 0;
        Cluster.BeforeAnswer = http =>
        {
            if (http.Request.Method == "PUT" && Interlocked.Increment(ref cut) == 1)
                http.Abort();
            return Task.CompletedTask;
        };
        await Time.UntilAsync(() => Renewals() >= 4, breath: 5);

        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_loses_it_before_anybody_may_take_it_over()
    {
        await using var lease = await AcquireAsync(Ann);
        var asked = new TaskCompletionSource();
        var lost = new TaskCompletionSource();
        lease.Lost.Register(lost.SetResult);
        Cluster.BeforeAnswer = http =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        Time.Advance(TimeSpan.FromSeconds(4));
        await asked.Task;
        Time.Advance(TimeSpan.FromSeconds(7));

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_server_that_fails_for_a_moment_does_not_lose_it()
    {
        await using var lease = await AcquireAsync(Ann);
        var failed = 0;
        Cluster.Before = async http =>
        {
            if (http.Request.Method != "PUT" || Interlocked.Increment(ref failed) > 2)
                return false;
            http.Response.StatusCode = 500;
            await http.Response.WriteAsync("no leader");
            return true;
        };
        await Time.UntilAsync(() => failed >= 4, breath: 5);

        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [SkippableFact]
    public async Task Credentials_that_cannot_be_had_for_a_moment_do_not_lose_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        using var folder = new TemporaryFolder();
        var plugin = new ExecPlugin(folder);
        using var plugged = ClusterConnection.Open(plugin.Options(Connection.Server), Time);
        await using var lease = await AcquireAsync(Ann, from: plugged);
        plugin.Failures = 1;
        await Time.UntilAsync(() => Renewals() >= 3, breath: 12);

        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [SkippableFact]
    public async Task Credentials_that_can_no_longer_be_had_lose_it_in_time_and_its_end_is_no_error()
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        using var folder = new TemporaryFolder();
        var plugin = new ExecPlugin(folder);
        using var plugged = ClusterConnection.Open(plugin.Options(Connection.Server), Time);
        var lease = await AcquireAsync(Ann, from: plugged);
        plugin.Failures = 1000;
        await Time.UntilAsync(() => lease.Lost.IsCancellationRequested, atMost: 15, breath: 4);
        await lease.DisposeAsync();

        Assert.StartsWith("Stopped: this run no longer holds the deploy lock, which it could not renew for 10 seconds", lease.Loss, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewal_that_fails_in_an_unforeseen_way_loses_it_in_time_and_not_in_silence()
    {
        var lease = await AcquireAsync(Ann);
        Cluster.Instead = async (http, _) =>
        {
            if (http.Request.Method == "PUT")
                await http.Response.WriteAsync("{}");
            return http.Request.Method == "PUT";
        };
        await Time.UntilAsync(() => lease.Lost.IsCancellationRequested, atMost: 30, breath: 4);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task Its_end_is_no_error_although_the_last_renewal_was_answered_with_something_else()
    {
        var lease = await AcquireAsync(Ann);
        Cluster.Instead = async (http, _) =>
        {
            if (http.Request.Method == "PUT")
                await http.Response.WriteAsync("{}");
            return http.Request.Method == "PUT";
        };
        await Time.UntilAsync(() => Renewals() >= 1, breath: 4);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task Its_end_gives_it_back_although_the_last_renewal_was_cut_off()
    {
        var lease = await AcquireAsync(Ann);
        var stored = new TaskCompletionSource();
        var isFirst = true;
        Cluster.BeforeAnswer = async http =>
        {
            if (http.Request.Method != "PUT" || !isFirst)
                return;
            isFirst = false;
            stored.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await Time.UntilAsync(() => stored.Task.IsCompleted);
        await lease.DisposeAsync();

        Assert.Null(LeaseHolder.In(Lease));
    }

    private int Renewals() => Cluster.Requests.Count(r => r.StartsWith("PUT", StringComparison.Ordinal));

    private Task<DeployLease> AcquireAsync(LeaseHolder holder, LeaseWish? wish = null, ClusterConnection? from = null) => new LeaseTaking(from ?? Connection, holder, wish ?? new LeaseWish(holder.Why), Time, Logger.None).TakeAsync(default);

    private void Put(LeaseHolder? holder, DateTimeOffset renewed) => Cluster.Put(Path, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "pipeline-deploy", ["annotations"] = holder?.Annotations() },
        ["spec"] = new JsonObject { ["holderIdentity"] = holder?.Identity ?? "", ["renewTime"] = $"{renewed.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}", ["leaseTransitions"] = 1 },
    });
}
