using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nuke.Common.Output;

/// <summary>Bars at the bottom of a terminal while there is something to show; lines scroll above them.</summary>
internal sealed class LiveBars(IAnsiConsole console, TimeProvider time) : IAsyncDisposable
{
    // For the bars, and a few lines of what was said last.
    private const int Spare = 8;
    private readonly ConcurrentDictionary<string, ProgressTask> tasks = new();
    private readonly TaskCompletionSource over = new();
    private readonly Lock gate = new();
    private Task drawing = Task.CompletedTask;
    private ProgressContext? context;
    private volatile LiveTable[] tables = [];

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

    public void Show(LiveTable table)
    {
        lock (gate)
        {
            context ??= Start();
            tables = [.. tables.Where(t => t.Id != table.Id), .. table.Rows.Count > 0 ? (LiveTable[])[table] : []];
        }
    }

    public async ValueTask DisposeAsync()
    {
        over.TrySetResult();
        await drawing;
    }

    // Lines that are too many would push the terminal's own up with each redraw.
    private IEnumerable<IRenderable> TableLines()
    {
        var (width, height) = (console.Profile.Width, (console.Profile.Height - Spare) / tables.Length);
        return tables.SelectMany(t => t.Lines(width - 1, height, time.GetUtcNow())).Select(l => new Text(l) { Overflow = Overflow.Crop });
    }

    private ProgressContext Start()
    {
        var started = new TaskCompletionSource<ProgressContext>();
        drawing = console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .UseRenderHook((drawn, _) => tables.Length == 0 ? drawn : new Rows([.. TableLines(), drawn]))
            .StartAsync(live =>
            {
                started.SetResult(live);
                return over.Task;
            });
        return started.Task.GetAwaiter().GetResult();
    }
}
