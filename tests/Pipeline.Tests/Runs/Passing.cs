using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Pipeline.Tests.Runs;

/// <summary>Lets a fake clock run while real requests are answered.</summary>
internal static class Passing
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(40);

    /// <summary>Moves the clock on by seconds, one after the other, until the task has ended.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="task">What is waited for.</param>
    /// <param name="atMost">How many seconds of the clock.</param>
    /// <param name="breath">How many real moments a second lasts; more where a request must be answered within seconds of the clock.</param>
    public static async Task<T> WhileAsync<T>(this FakeTimeProvider time, Task<T> task, int atMost = 120, int breath = 1)
    {
        for (var second = 0; !task.IsCompleted && second < atMost; second++)
        {
            await Task.WhenAny(task, RestAsync(breath * Breath));
            if (!task.IsCompleted)
                time.Advance(TimeSpan.FromSeconds(1));
        }

        return await task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <inheritdoc cref="WhileAsync{T}"/>
    public static async Task UntilCompletedAsync(this FakeTimeProvider time, Task task)
    {
        await time.UntilAsync(() => task.IsCompleted);
        await task;
    }

    /// <summary>Moves the clock on by seconds until the condition holds.</summary>
    public static async Task UntilAsync(this FakeTimeProvider time, Func<bool> condition, int atMost = 120, int breath = 1)
    {
        for (var second = 0; !condition() && second < atMost; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await RestAsync(breath * Breath);
        }

        Assert.True(condition(), "did not happen in time");
    }

    // A pause that ends late says that the machine had no time for this process: those who answer had none either, and get another one.
    private static async Task RestAsync(TimeSpan pause)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.Delay(pause);
            if (Stopwatch.GetElapsedTime(started) < 1.5 * pause)
                return;
        }
    }
}
