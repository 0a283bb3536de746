using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Nodes;

/// <summary>One run of a container, from its start to its exit code.</summary>
internal sealed class ContainerRun(PodWorker pod, JsonObject spec, ContainerStatus status, NodeParts node, ContainerLog log)
{
    private const int Killed = 137;
    private readonly TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ContainerContext? context;

    public ProgramUsage Usage => context?.Usage ?? default;

    /// <summary>Runs to the end.</summary>
    /// <exception cref="ContainerStartException">It never began.</exception>
    public async Task<long> RunAsync(ContainerImage image, Dictionary<string, string> environment)
    {
        using var terminating = new CancellationTokenSource();
        using var killing = CancellationTokenSource.CreateLinkedTokenSource(pod.Killed);
        context = Context(image, environment, terminating.Token);
        var program = new FaultyProgram(ContainerPrograms.Choose(context), name => node.Faults.Find(pod.Pod, name));
        status.ContainerId = $"containerd://{Guid.NewGuid():N}{Guid.NewGuid():N}";
        status.Run(node.Writer.Now());
        node.Events.Normal(pod.Pod, "Started", $"Started container {status.Name}", pod.FieldOf(status.Name));
        // A program begins on a thread of its own: what it does first must not hold up the other containers.
        var running = Task.Run(() => GuardedAsync(program, context, killing.Token), CancellationToken.None);
        var asked = await WatchAsync(running);
        if (asked is not null)
            await TerminateAsync(running, asked, terminating, killing);
        var exit = await running;
        pod.Killed.ThrowIfCancellationRequested();
        pod.Forget(context);
        status.End(exit, exit == 0 ? "Completed" : context.IsOutOfMemory ? "OOMKilled" : "Error", node.Writer.Now());
        return exit;
    }

    private ContainerContext Context(ContainerImage image, Dictionary<string, string> environment, CancellationToken terminating) => new()
    {
        Command = [.. CommandOf(image).Select(word => ContainerEnvironment.Expand(word, environment))],
        Environment = environment,
        Files = image.Files,
        Log = log.Write,
        Listening = Listen,
        Time = node.Time,
        Terminating = terminating,
    };

    // The image's entry point and command come as one: arguments alone replace the command of an image without an entry point.
    private IEnumerable<string> CommandOf(ContainerImage image)
    {
        var (command, arguments) = (spec["command"] as JsonArray, spec["args"] as JsonArray);
        return (command ?? arguments) is null ? image.Command : (command ?? []).Concat(arguments ?? []).Select(w => (string?)w ?? "");
    }

    private void Listen(int port, int real)
    {
        pod.Listen(port, real);
        listening.TrySetResult();
    }

    /// <returns>Why the container must end; null when it ended by itself.</returns>
    private async Task<string?> WatchAsync(Task running)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(pod.Stopping);
        var probes = new ContainerProbes(pod, spec, status, context!, listening.Task, node).WatchAsync(over.Token);
        var first = await Task.WhenAny(running, probes);
        await over.CancelAsync();
        if (first == running)
        {
            await probes.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return null;
        }

        try
        {
            return $"Container {status.Name} failed {await probes} probe, will be restarted";
        }
        catch (OperationCanceledException)
        {
            return $"Stopping container {status.Name}";
        }
    }

    private async Task TerminateAsync(Task<long> running, string reason, CancellationTokenSource terminating, CancellationTokenSource killing)
    {
        var grace = TimeSpan.FromSeconds(pod.Grace);
        if (!pod.Killed.IsCancellationRequested)
            node.Events.Normal(pod.Pod, "Killing", reason, pod.FieldOf(status.Name));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(killing.Token);
        var limit = Task.Delay(grace, node.Time, over.Token);
        await Task.WhenAny(PreStopAsync(over.Token), running, limit);
        await terminating.CancelAsync();
        if (await Task.WhenAny(running, limit) != running)
            await killing.CancelAsync();
        await over.CancelAsync();
    }

    private Task PreStopAsync(CancellationToken cancellation)
    {
        context!.IsDraining = true;
        var hook = spec.At("lifecycle", "preStop");
        var command = (hook.At("exec")?["command"] as JsonArray ?? []).Select(w => (string?)w ?? "").ToList();
        var pause = hook.At("sleep") is { } sleep ? TimeSpan.FromSeconds(sleep.Number("seconds")) : command.Count > 0 ? ShellProgram.SleepOf(command) : TimeSpan.Zero;
        return pause > TimeSpan.Zero ? Task.Delay(pause, node.Time, cancellation) : Task.CompletedTask;
    }

    private static async Task<long> GuardedAsync(FaultyProgram program, ContainerContext running, CancellationToken killed)
    {
        try
        {
            return await program.RunAsync(running, killed);
        }
        catch (OperationCanceledException) when (killed.IsCancellationRequested)
        {
            return Killed;
        }
#pragma warning disable CA1031 // Whatever a program does wrong ends its container, never the node.
        catch (Exception e)
#pragma warning restore CA1031
        {
            running.Log($"{e.GetType().Name}: {e.Message}");
            return 1;
        }
    }
}
