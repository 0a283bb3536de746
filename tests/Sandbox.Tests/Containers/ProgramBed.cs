using System.Collections.Concurrent;
using System.Text;
using Pipeline.Sandbox.Containers;

namespace Sandbox.Tests.Containers;

/// <summary>Runs one program outside any pod.</summary>
internal sealed class ProgramBed : IDisposable
{
    private static readonly string[] Revisions =
    [
        "\"\"\"create datasets\"\"\"\nrevision = \"3f1c9a0b7d21\"\ndown_revision = None\n",
        "\"\"\"add a description\"\"\"\nrevision: str = \"8b62d4e5f093\"\ndown_revision: str = \"3f1c9a0b7d21\"\n",
        "\"\"\"add files\n\nand more\"\"\"\nrevision = 'c7a41e88d356'\ndown_revision = '8b62d4e5f093'\n",
    ];

    private readonly CancellationTokenSource terminating = new();
    private readonly CancellationTokenSource killed = new(TimeSpan.FromSeconds(60));

    public TaskCompletionSource<int> Port { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Lines { get; } = [];

    public ContainerContext Context(string[] command, params (string Name, string Value)[] environment) => new()
    {
        Command = command,
        Environment = environment.ToDictionary(e => e.Name, e => e.Value),
        Files = Revisions.Select((text, i) => ($"srv/migrations/versions/{i}.py", text)).Append(("srv/alembic.ini", "[alembic]"))
            .ToDictionary(f => f.Item1, f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Item2)),
        Log = Lines.Enqueue,
        Listening = (_, real) => Port.TrySetResult(real),
        Time = TimeProvider.System,
        Terminating = terminating.Token,
    };

    public Task<int> RunAsync(IContainerProgram program, ContainerContext context) => program.RunAsync(context, killed.Token);

    public Task TerminateAsync() => terminating.CancelAsync();

    public void Dispose()
    {
        terminating.Dispose();
        killed.Dispose();
    }
}
