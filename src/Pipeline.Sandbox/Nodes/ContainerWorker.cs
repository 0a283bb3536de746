using System.Text.Json.Nodes;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Runs one container of a pod again and again, as its restart policy says.</summary>
internal sealed class ContainerWorker(PodWorker pod, JsonObject spec, bool isInit, NodeParts node)
{
    private static readonly TimeSpan ConfigRetry = TimeSpan.FromSeconds(2);
    private const int SecretIsLate = 15;
    private const int StartError = 128;
    private readonly BackOff backOff = new(node.Time);
    private ContainerRun? run;

    public ContainerStatus Status { get; } = new(spec);

    /// <summary>What it uses now.</summary>
    public ProgramUsage Usage => run?.Usage ?? default;

    /// <summary>Goes on until the container ended for good, or the pod is asked to end.</summary>
    /// <returns>The last exit code.</returns>
    public async Task<long> RunAsync()
    {
        var puller = new ImagePuller(pod, spec, Status, node);
        while (true)
        {
            var image = await puller.PullAsync(pod.Stopping);
            Status.ImageId = $"{Status.Image.Split('@')[0]}@{image.Digest}";
            var environment = await ConfigureAsync(image, pod.Stopping);
            var began = node.Time.GetTimestamp();
            var exit = await StartAsync(image, environment);
            if (pod.Stopping.IsCancellationRequested || !IsRestartedAfter(exit))
                return exit;
            await PauseAsync(backOff.Next(isFirstFree: true, node.Time.GetElapsedTime(began)));
            Status.RestartCount++;
        }
    }

    private async Task<long> StartAsync(ContainerImage image, Dictionary<string, string> environment)
    {
        node.Events.Normal(pod.Pod, "Created", $"Created container {Status.Name}", pod.FieldOf(Status.Name));
        using var log = node.Logs.Open(pod.Uid, Status.Name, Status.RestartCount);
        run = new ContainerRun(pod, spec, Status, node, log);
        try
        {
            return await run.RunAsync(image, environment);
        }
        catch (ContainerStartException e)
        {
            node.Events.Warning(pod.Pod, "Failed", $"Error: {e.Message}", pod.FieldOf(Status.Name));
            Status.End(StartError, "StartError", node.Writer.Now(), e.Message);
            if (IsRestartedAfter(StartError))
                Status.Wait("RunContainerError", e.Message);
            return StartError;
        }
        finally
        {
            run = null;
            pod.Publish();
        }
    }

    private async Task<Dictionary<string, string>> ConfigureAsync(ContainerImage image, CancellationToken cancellation)
    {
        var variables = new ContainerEnvironment(node.Store, pod.Pod.Content, pod.Ip, _ => node.Faults.Lasts(pod.Pod, "secret-late", SecretIsLate));
        while (true)
        {
            try
            {
                return variables.Of(spec, image.Environment);
            }
            catch (ContainerConfigException e)
            {
                node.Events.Warning(pod.Pod, "Failed", $"Error: {e.Message}", pod.FieldOf(Status.Name));
                Status.Wait("CreateContainerConfigError", e.Message);
                pod.Publish();
            }

            await Task.Delay(ConfigRetry, node.Time, cancellation);
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        if (pause == TimeSpan.Zero)
            return;
        node.Events.Warning(pod.Pod, "BackOff", "Back-off restarting failed container", pod.FieldOf(Status.Name));
        Status.Wait("CrashLoopBackOff", $"back-off {BackOff.Text(pause)} restarting failed container={Status.Name} pod={pod.Pod.Name}_{pod.Pod.Namespace}({pod.Uid})");
        pod.Publish();
        await Task.Delay(pause, node.Time, pod.Stopping);
    }

    // Init containers must end well: where the pod is restarted always, they are restarted on failure.
    private bool IsRestartedAfter(long exit) => pod.RestartPolicy switch
    {
        "Never" => false,
        "OnFailure" => exit != 0,
        _ => !isInit || exit != 0,
    };
}
