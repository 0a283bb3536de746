using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Gets a container's image onto the node, however often it takes.</summary>
internal sealed partial class ImagePuller(PodWorker pod, JsonObject spec, ContainerStatus status, NodeParts node)
{
    private const int RefusedPulls = 2;
    // How long an error is shown before the pause that follows it is.
    private static readonly TimeSpan ErrorShown = TimeSpan.FromSeconds(1);
    private readonly BackOff backOff = new(node.Time);

    private string Field => pod.FieldOf(status.Name);

    /// <summary>Returns once the image is there.</summary>
    public async Task<ContainerImage> PullAsync(CancellationToken cancellation)
    {
        var policy = spec.Text("imagePullPolicy") ?? (IsLatest(status.Image) ? "Always" : "IfNotPresent");
        if (!Reference().IsMatch(status.Image))
            await StayAsync("InvalidImageName", $"Failed to apply default image tag \"{status.Image}\": couldn't parse image reference \"{status.Image}\": {BadReference}", "InspectFailed", cancellation);
        while (true)
        {
            var isFaulty = FaultNames.Any(f => node.Faults.Find(pod.Pod, f) is not null);
            if (policy != "Always" && !isFaulty && node.Images.Find(status.Image) is { } present)
            {
                node.Events.Normal(pod.Pod, "Pulled", $"Container image \"{status.Image}\" already present on machine", Field);
                return present;
            }

            if (policy == "Never")
                await StayAsync("ErrImageNeverPull", $"Container image \"{status.Image}\" is not present with pull policy of Never", "ErrImageNeverPull", cancellation);
            if (await AttemptAsync(policy != "Always", cancellation) is { } pulled)
                return pulled;
        }
    }

    private string BadReference => $"invalid reference format{(status.Image.Any(char.IsAsciiLetterUpper) ? ": repository name must be lowercase" : "")}";

    private static string[] FaultNames => ["image-not-found", "pull-denied", "registry-429-pull"];

    private async Task<ContainerImage?> AttemptAsync(bool isPresentEnough, CancellationToken cancellation)
    {
        node.Events.Normal(pod.Pod, "Pulling", $"Pulling image \"{status.Image}\"", Field);
        var started = Stopwatch.GetTimestamp();
        try
        {
            ThrowIfFaulty();
            var pulled = await node.Images.PullAsync(status.Image, isPresentEnough, cancellation);
            node.Events.Normal(pod.Pod, "Pulled", $"Successfully pulled image \"{status.Image}\" in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.###}s", Field);
            return pulled;
        }
        catch (ImagePullException e)
        {
            node.Events.Warning(pod.Pod, "Failed", $"Failed to pull image \"{status.Image}\": {e.Message}", Field);
            node.Events.Warning(pod.Pod, "Failed", "Error: ErrImagePull", Field);
            status.Wait("ErrImagePull", e.Message);
            pod.Publish();
        }

        await PauseAsync(cancellation);
        return null;
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        var pause = backOff.Next(isFirstFree: false, ran: TimeSpan.Zero);
        await Task.Delay(ErrorShown, node.Time, cancellation);
        node.Events.Normal(pod.Pod, "BackOff", $"Back-off pulling image \"{status.Image}\"", Field);
        node.Events.Warning(pod.Pod, "Failed", "Error: ImagePullBackOff", Field);
        status.Wait("ImagePullBackOff", $"Back-off pulling image \"{status.Image}\"");
        pod.Publish();
        await Task.Delay(pause - ErrorShown, node.Time, cancellation);
    }

    private async Task StayAsync(string reason, string message, string eventReason, CancellationToken cancellation)
    {
        node.Events.Warning(pod.Pod, eventReason, message, Field);
        node.Events.Warning(pod.Pod, "Failed", $"Error: {reason}", Field);
        status.Wait(reason, message);
        pod.Publish();
        await Task.Delay(Timeout.InfiniteTimeSpan, node.Time, cancellation);
    }

    private void ThrowIfFaulty()
    {
        var image = status.Image;
        if (node.Faults.Find(pod.Pod, "image-not-found") is not null)
            throw new ImagePullException($"rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found");
        if (node.Faults.Find(pod.Pod, "pull-denied") is not null)
            throw new ImagePullException($"failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed");
        if (node.Faults.Strikes(pod.Pod, "registry-429-pull", RefusedPulls))
            throw new ImagePullException($"failed to pull and unpack image \"{image}\": failed to copy: httpReadSeeker: failed open: unexpected status code 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.");
    }

    private static bool IsLatest(string image) =>
        !image.Contains('@', StringComparison.Ordinal) && (image.EndsWith(":latest", StringComparison.Ordinal) || !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal));

    // 127.0.0.1:5000/dataset-management/api:1.2@sha256:…
    [GeneratedRegex(@"^([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
