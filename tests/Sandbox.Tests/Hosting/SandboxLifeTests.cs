using Microsoft.Extensions.Time.Testing;
using Pipeline.Sandbox.Hosting;

namespace Sandbox.Tests.Hosting;

public sealed class SandboxLifeTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task It_ends_once_nobody_used_it_for_long_enough()
    {
        using var life = new SandboxLife(time, Idle);
        var watching = life.WatchAsync();

        time.Advance(TimeSpan.FromMinutes(20));
        life.Used();
        time.Advance(TimeSpan.FromMinutes(20));
        await Task.Delay(50);
        Assert.False(life.Over.IsCancellationRequested);
        time.Advance(TimeSpan.FromMinutes(11));

        await watching.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(life.Over.IsCancellationRequested);
    }

    [Fact]
    public async Task Kept_it_stays_until_it_is_ended()
    {
        using var life = new SandboxLife(time, Idle);
        var watching = life.WatchAsync();
        life.Keep();
        await watching.WaitAsync(TimeSpan.FromSeconds(10));

        time.Advance(Idle * 2);
        Assert.False(life.Over.IsCancellationRequested);
        life.End();
        Assert.True(life.Over.IsCancellationRequested);
    }
}
