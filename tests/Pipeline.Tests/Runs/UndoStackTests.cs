using Pipeline.Incidents;
using Pipeline.Output;
using Pipeline.Runs;
using Serilog.Core;

namespace Pipeline.Tests.Runs;

public sealed class UndoStackTests
{
    private readonly UndoStack stack = new();
    private readonly List<string> done = [];

    [Fact]
    public async Task What_was_done_last_is_taken_back_first()
    {
        Push("schema");
        Push("pods");
        Push("pages");

        Assert.Empty(await stack.RunAsync(Logger.None, new Summary(), new Incident(TimeProvider.System), default));
        Assert.Equal(["pages", "pods", "schema"], done);
        Assert.True(stack.IsEmpty);
    }

    [Fact]
    public async Task One_that_fails_does_not_keep_the_others_from_being_taken_back()
    {
        Push("pods");
        stack.Push("the pages", _ => throw new InvalidOperationException("the bucket is gone"));
        stack.Push("the CDN", _ => throw new TaskCanceledException("no answer within 100 s"));

        Assert.Equal(
            ["the CDN could not be put back: no answer within 100 s", "the pages could not be put back: the bucket is gone"],
            await stack.RunAsync(Logger.None, new Summary(), new Incident(TimeProvider.System), default));
        Assert.Equal(["pods"], done);
    }

    [Fact]
    public async Task What_the_limit_leaves_is_named_each()
    {
        using var limit = new CancellationTokenSource();
        stack.Push("pages", stop => Task.Delay(Timeout.Infinite, stop));
        stack.Push("pods", async stop =>
        {
            await limit.CancelAsync();
            stop.ThrowIfCancellationRequested();
        });

        Assert.Equal(
            ["pods could not be put back: the run was ended, or the time was over", "pages could not be put back: the run was ended, or the time was over"],
            await stack.RunAsync(Logger.None, new Summary(), new Incident(TimeProvider.System), limit.Token));
    }

    private void Push(string what) => stack.Push(what, _ =>
    {
        done.Add(what);
        return Task.CompletedTask;
    });
}
