using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>How a container stands, as <c>status.containerStatuses</c> shows it.</summary>
internal sealed class ContainerStatus(JsonObject spec)
{
    private JsonObject state = Waiting("ContainerCreating", null);
    private JsonObject lastState = [];

    public string Name { get; } = spec.Text("name") ?? "";

    public string Image { get; } = spec.Text("image") ?? "";

    public string ImageId { get; set; } = "";

    public string ContainerId { get; set; } = "";

    public long RestartCount { get; set; }

    public bool Ready { get; set; }

    public bool Started { get; set; }

    public bool IsRunning => state.At("running") is not null;

    /// <summary>The exit code, once it ended for good; null while it runs or waits.</summary>
    public long? ExitCode => state.At("terminated") is { } ended ? ended.Number("exitCode") : null;

    /// <summary>True once it ran, however it stands now.</summary>
    public bool HasRun => IsRunning || ExitCode is not null || lastState.Count > 0;

    public void Wait(string reason, string? message = null)
    {
        Keep();
        (state, Ready, Started) = (Waiting(reason, message), false, false);
    }

    public void Run(string now)
    {
        Keep();
        (state, Ready, Started) = (new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } }, false, false);
    }

    public void End(long exitCode, string reason, string now, string? message = null)
    {
        var ended = new JsonObject { ["exitCode"] = exitCode, ["reason"] = reason };
        if (message is not null)
            ended["message"] = message;
        ended["startedAt"] = state.Text("running", "startedAt") ?? now;
        ended["finishedAt"] = now;
        ended["containerID"] = ContainerId;
        (state, Ready, Started) = (new JsonObject { ["terminated"] = ended }, false, false);
    }

    /// <summary>Takes over what the node last wrote, before it lost its power.</summary>
    /// <returns>True when the container was running then.</returns>
    public bool Resume(JsonObject? before, string now)
    {
        if (before is null)
            return false;
        RestartCount = before.Number("restartCount");
        (ImageId, ContainerId) = (before.Text("imageID") ?? "", before.Text("containerID") ?? "");
        lastState = before.At("lastState")?.DeepClone() as JsonObject ?? [];
        if (before.At("state", "running") is { } running)
        {
            state = new JsonObject { ["running"] = running.DeepClone() };
            // What the runtime says of a container that it finds dead and whose end it did not see.
            End(255, "Unknown", now);
            return true;
        }

        if (before.At("state", "terminated") is { } ended)
            state = new JsonObject { ["terminated"] = ended.DeepClone() };
        return false;
    }

    public JsonObject ToJson()
    {
        var status = new JsonObject
        {
            ["name"] = Name,
            ["state"] = state.DeepClone(),
            ["lastState"] = lastState.DeepClone(),
            ["ready"] = Ready,
            ["restartCount"] = RestartCount,
            ["image"] = Image,
            ["imageID"] = ImageId,
            ["started"] = Started,
        };
        if (ContainerId.Length > 0)
            status["containerID"] = ContainerId;
        return status;
    }

    private void Keep()
    {
        if (state.At("terminated") is not null)
            lastState = (JsonObject)state.DeepClone();
    }

    private static JsonObject Waiting(string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
            waiting["message"] = message;
        return new JsonObject { ["waiting"] = waiting };
    }
}
