using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Containers;

/// <summary>A program whose end is known beforehand: crashes at its start or later, runs out of memory, or migrates half the way.</summary>
/// <param name="inner">What it would be.</param>
/// <param name="find">Gives the fault of a name, where it is on and meant for this container.</param>
internal sealed class FaultyProgram(IContainerProgram inner, Func<string, Fault?> find) : IContainerProgram
{
    private const int DefaultCrashAfter = 60;

    /// <inheritdoc />
    public Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        if (context.Command is ["alembic", "upgrade" or "downgrade", ..] && !context.Command.Contains("--sql"))
            return MigrateAsync(context, killed);
        if (find("crash-at-start") is { } crash)
            return Task.FromResult(Crash(context, "RuntimeError: the application could not start", crash.Number(1)));
        if (find("oom-at-start") is not null)
            return Task.FromResult(OutOfMemory(context));
        return find("crash-after") is { } later ? CrashAfterAsync(context, TimeSpan.FromSeconds(later.Number(DefaultCrashAfter)), killed) : inner.RunAsync(context, killed);
    }

    private async Task<int> MigrateAsync(ContainerContext context, CancellationToken killed)
    {
        if (find("migration-hangs") is not null)
        {
            context.Log("INFO Context impl PostgresqlImpl.");
            return await context.WaitAsync(Timeout.InfiniteTimeSpan, killed) ? 143 : 0;
        }

        return find("migration-fails") is null ? await inner.RunAsync(context, killed) : await FailHalfWayAsync(context, killed);
    }

    // Several revisions: all but the last are real, so that the schema stands between.
    private async Task<int> FailHalfWayAsync(ContainerContext context, CancellationToken killed)
    {
        var revisions = RevisionFiles.Read(context.Files).Ordered;
        var last = revisions.ToList().FindIndex(r => r.Id == context.Command[^1] || (context.Command[^1] == "head" && r == revisions[^1]));
        if (context.Command[1] == "upgrade" && last > 0)
            await inner.RunAsync(Until(context, revisions[last - 1].Id), killed);
        context.Log($"INFO Running upgrade -> {context.Command[^1]}");
        return Crash(context, "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateColumn) column \"description\" of relation \"datasets\" already exists", 1);
    }

    private static ContainerContext Until(ContainerContext context, string revision) => new()
    {
        Command = ["alembic", "upgrade", revision],
        Environment = context.Environment,
        Files = context.Files,
        Log = context.Log,
        Listening = context.Listening,
        Time = context.Time,
        Terminating = context.Terminating,
    };

    private async Task<int> CrashAfterAsync(ContainerContext context, TimeSpan after, CancellationToken killed)
    {
        using var crashed = CancellationTokenSource.CreateLinkedTokenSource(killed);
        var run = inner.RunAsync(context, crashed.Token);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(killed);
        if (await Task.WhenAny(run, Task.Delay(after, context.Time, waiting.Token)) == run)
        {
            await waiting.CancelAsync();
            return await run;
        }

        await crashed.CancelAsync();
        await run.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        killed.ThrowIfCancellationRequested();
        return Crash(context, "RuntimeError: the application gave up", 1);
    }

    private static int Crash(ContainerContext context, string error, int code)
    {
        context.Log("Traceback (most recent call last):");
        context.Log("  File \"/srv/app/__main__.py\", line 10, in <module>");
        context.Log(error);
        return code;
    }

    private static int OutOfMemory(ContainerContext context)
    {
        context.IsOutOfMemory = true;
        return 137;
    }
}
