using Pipeline.Runs;

namespace Pipeline.Tests.Runs;

/// <summary>A step that does what a test says.</summary>
internal sealed class StepOf(string name, Func<StepContext, CancellationToken, Task> work) : IStep
{
    public StepOf(Func<StepContext, Task> work)
        : this("Deploy", (context, _) => work(context))
    {
    }

    /// <summary>Opens the release, as every changing step does first.</summary>
    public static StepOf Opening => new("Deploy", (context, cancellation) => context.OpenReleaseAsync(cancellation));

    public string Name => name;

    public Task RunAsync(StepContext context, CancellationToken cancellation) => work(context, cancellation);
}
