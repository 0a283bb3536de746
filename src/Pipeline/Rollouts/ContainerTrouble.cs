using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>Recognises from a container's status which rule it is under.</summary>
internal static partial class ContainerTrouble
{
    // The run that begins after so many restarts is the third.
    private const int RestartsThatProveIt = 2;
    private const int Killed = 137;
    private const int Terminated = 143;

    /// <summary>The rule and what the cluster said, or null when the container starts or runs as it should.</summary>
    /// <param name="status">One of the pod's container statuses.</param>
    /// <param name="restarts">How often it was restarted by this rollout.</param>
    /// <param name="signs">What events say about the pod.</param>
    /// <param name="container">The container in the pod's spec.</param>
    /// <param name="isInit">An init container's end with exit code 0 is its success.</param>
    public static (VerdictRule Rule, string Reason, string? Message)? Of(JsonObject status, long restarts, PodSigns signs, JsonObject? container, bool isInit)
    {
        var waiting = status.At("state", "waiting");
        var name = status.Text("name") ?? "";
        return waiting.Text("reason") switch
        {
            "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" or "ImageInspectError" => OfPull(waiting!, signs.PullError(name, status.Text("image"))),
            "InvalidImageName" => (VerdictRules.InvalidImageName, "InvalidImageName", waiting.Text("message")),
            "ErrImageNeverPull" => (VerdictRules.ErrImageNeverPull, "ErrImageNeverPull", waiting.Text("message")),
            "CreateContainerConfigError" => (VerdictRules.CreateContainerConfigError, "CreateContainerConfigError", waiting.Text("message")),
            "CreateContainerError" => OfStart("CreateContainerError", waiting.Text("message"), VerdictRules.CreateContainerError),
            "RunContainerError" => OfStart("RunContainerError", waiting.Text("message"), VerdictRules.RunContainerError),
            _ => OfRuns(status, restarts, signs, container, isInit),
        };
    }

    // While the engine pauses between attempts it says no more than 'Back-off pulling image "x"'; the cause was said before.
    private static (VerdictRule, string, string?) OfPull(JsonObject waiting, string? said)
    {
        var message = waiting.Text("message");
        var cause = message?.StartsWith("Back-off pulling", StringComparison.Ordinal) == false ? message : said ?? message;
        var rule = cause switch
        {
            not null when Says(cause, "toomanyrequests") || Says(cause, "rate limit") || TooManyRequests().IsMatch(cause) => VerdictRules.ImagePullRateLimited,
            // containerd's ends in "not found" too.
            not null when Says(cause, "no match for platform") || Says(cause, "no matching manifest for") => VerdictRules.ImageOfAnotherPlatform,
            // Docker says of both that it "may require 'docker login'", and only of one that the manifest is unknown.
            not null when Says(cause, "access denied") || Says(cause, "unauthorized") || Says(cause, "authentication required") || Says(cause, "denied:") || Says(cause, "forbidden") => VerdictRules.ImagePullDenied,
            not null when Says(cause, "not found") || Says(cause, "manifest unknown") || Says(cause, "manifest for") => VerdictRules.ImageNotFound,
            _ => VerdictRules.ImagePullFailing,
        };
        return (rule, waiting.Text("reason")!, cause);
    }

    private static (VerdictRule, string, string?) OfStart(string reason, string? message, VerdictRule otherwise) => message switch
    {
        not null when Says(message, "exec format error") => (VerdictRules.ExecFormatError, reason, message),
        not null when Says(message, "no command specified") => (VerdictRules.CommandMissing, reason, message),
        not null when Says(message, "no such file or directory") || Says(message, "executable file not found") || Says(message, "permission denied") => (VerdictRules.ProgramMissing, reason, message),
        _ => (otherwise, reason, message),
    };

    private static (VerdictRule, string, string?)? OfRuns(JsonObject status, long restarts, PodSigns signs, JsonObject? container, bool isInit)
    {
        var state = status.At("state");
        var ended = state.At("terminated") ?? status.At("lastState", "terminated");
        if (ended is null || status.Text("ready") == "true" || (isInit && ended.Number("exitCode") == 0))
            return null;
        if (ended.Text("reason") is "ContainerCannotRun" or "StartError")
            return OfStart("RunContainerError", ended.Text("message"), VerdictRules.RunContainerError);
        var isRunning = state.At("running") is not null;
        var rule = EndOf(ended, signs.KilledBy(status.Text("name")!), container);
        // Between two ends it is shown as running, and after the second it may be about to serve. A startup probe has already let it
        // have all the time that it may need.
        if (restarts >= (rule == VerdictRules.StartupKilled ? 1 : isRunning ? RestartsThatProveIt + 1 : RestartsThatProveIt))
            return (rule, rule == VerdictRules.CrashLoopBackOff ? state.Text("waiting", "reason") ?? "Crashing" : rule.Condition, ended.Text("message"));
        return restarts > 0 || !isRunning ? (VerdictRules.Restarted, state.Text("waiting", "reason") ?? "Restarted", ended.Text("message")) : null;
    }

    // The event that names the probe comes late on a busy node; a container that has one and was killed was killed by it.
    private static VerdictRule EndOf(JsonObject ended, VerdictRule? said, JsonObject? container)
    {
        if (ended.Text("reason") == "OOMKilled")
            return VerdictRules.OomKilled;
        var isKilled = ended.Number("exitCode") is Killed or Terminated;
        return said
            ?? (isKilled && container.At("livenessProbe") is not null ? VerdictRules.LivenessKilled
            : isKilled && container.At("startupProbe") is not null ? VerdictRules.StartupKilled
            : VerdictRules.CrashLoopBackOff);
    }

    // Digests, accounts, ports and tags may hold the number too, and the message names the image.
    [GeneratedRegex(@"(?<![\w.:/@-])429(?![\w.:/@-])|too many requests", RegexOptions.IgnoreCase)]
    private static partial Regex TooManyRequests();

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
