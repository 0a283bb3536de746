namespace Pipeline.Sandbox.Containers;

/// <summary>Chooses the program that stands for a command of an image.</summary>
internal static class ContainerPrograms
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    /// <exception cref="ContainerStartException">The image has no such program.</exception>
    public static IContainerProgram Choose(ContainerContext context) => context.Command switch
    {
        ["alembic", ..] when HasFile(context, "alembic.ini") => new AlembicProgram(),
        ["python" or "python3", "-m", "app" or "app.__main__"] when HasFile(context, "app/main.py") => new ApiProgram(),
        ["uvicorn", ..] when HasFile(context, "app/main.py") => new ApiProgram(),
        ["sh" or "/bin/sh" or "bash" or "/bin/bash", "-c", var script, ..] => new ShellProgram(script),
        ["sleep", var time] when ShellProgram.Seconds(time) is { } pause => new ShellProgram($"sleep {pause}"),
        ["true" or "false" or "echo" or "printf", ..] or ["sleep", "infinity" or "inf"] => new ShellProgram(string.Join(' ', context.Command)),
        ["/pause"] or ["pause"] => new SleepProgram(Forever),
        [var name, ..] => throw ContainerStartException.NoSuchProgram(name),
        [] => throw new ContainerStartException("failed to create containerd container: no command specified"),
    };

    private static bool HasFile(ContainerContext context, string end) =>
        context.Files.Keys.Any(f => f == end || f.EndsWith($"/{end}", StringComparison.Ordinal));
}
