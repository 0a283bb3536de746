using System.Collections.Concurrent;
using Spectre.Console;

namespace Nuke.Common.Output;

/// <summary>Bars at the bottom of a terminal while there is something to show; lines scroll above them.</summary>
internal sealed class LiveBars(IAnsiConsole console) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ProgressTask> tasks = new();
    private readonly TaskCompletionSource over = new();
    private readonly Lock gate = new();
    private Task drawing = Task.CompletedTask;
    private ProgressContext? context;

    public void Show(Progress progress)
    {
        lock (gate)
        {
            context ??= Start();
            var text = Markup.Escape(progress.ToString());
            var task = tasks.GetOrAdd(progress.Id, _ => context.AddTask(text));
            task.Description = text;
            task.IsIndeterminate = progress.Total is null;
            task.MaxValue = progress.Total is > 0 ? progress.Total.Value : 1;
            task.Value = progress.Done;
        }
    }

    public async ValueTask DisposeAsync()
    {
        over.TrySetResult();
        await drawing;
    }

    private ProgressContext Start()
    {
        var started = new TaskCompletionSource<ProgressContext>();
        drawing = console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(live =>
            {
                started.SetResult(live);
                return over.Task;
            });
        return started.Task.GetAwaiter().GetResult();
    }
}
