namespace Pipeline.Sandbox.Hosting;

/// <summary>When the sandbox ends: asked to, or after a while in which nobody used it.</summary>
internal sealed class SandboxLife(TimeProvider time, TimeSpan idle) : IDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly TaskCompletionSource kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long used = time.GetTimestamp();

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Over => over.Token;

    /// <summary>Somebody used it.</summary>
    public void Used() => Interlocked.Exchange(ref used, time.GetTimestamp());

    /// <summary>It no longer ends by itself.</summary>
    public void Keep() => kept.TrySetResult();

    /// <summary>It ends now.</summary>
    // Whoever asks may be one of the servers that then end, and must not be the one that ends them.
    public void End() => _ = over.CancelAsync();

    /// <summary>Ends it once nobody used it for long enough.</summary>
    public async Task WatchAsync()
    {
        try
        {
            while (!kept.Task.IsCompleted)
            {
                var left = idle - time.GetElapsedTime(Interlocked.Read(ref used));
                if (left <= TimeSpan.Zero)
                {
                    End();
                    return;
                }

                await Task.WhenAny(Task.Delay(left, time, over.Token), kept.Task);
                over.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // It ended otherwise.
        }
    }

    public void Dispose() => over.Dispose();
}
