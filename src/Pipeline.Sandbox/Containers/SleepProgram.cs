namespace Pipeline.Sandbox.Containers;

/// <summary>Does nothing for a while.</summary>
internal sealed class SleepProgram(TimeSpan time) : IContainerProgram
{
    /// <inheritdoc />
    public async Task<int> RunAsync(ContainerContext context, CancellationToken killed) => await context.WaitAsync(time, killed) ? 143 : 0;
}
