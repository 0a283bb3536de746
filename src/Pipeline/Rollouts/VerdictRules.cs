using static Pipeline.Rollouts.VerdictRule;

namespace Pipeline.Rollouts;

/// <summary>
/// The table of verdicts: every condition that a rollout can be in, its level, its grace in seconds, and the hint. How a condition is
/// recognised stands where it is read: <see cref="ContainerTrouble"/>, <see cref="PodTrouble"/>, <see cref="CreationTrouble"/>,
/// <see cref="RolloutJudge"/>.
/// </summary>
internal static class VerdictRules
{
    private const string Pull = "pull";
    private const string Crash = "crash";
    private const string Images = "kubernetes.io/docs/concepts/containers/images";
    private const string Lifecycle = "kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle";
    private const string Probing = "kubernetes.io/docs/concepts/workloads/pods/probes";
    private const string Deploying = "kubernetes.io/docs/concepts/workloads/controllers/deployment";
    private const string Jobs = "kubernetes.io/docs/concepts/workloads/controllers/job";

    // Images. The engine's message decides: a registry that is busy or unreachable is not one that lacks the image.
    public static readonly VerdictRule ImageNotFound = Terminal("ImageNotFound", "The registry has no such tag or digest. Push it (./build.sh PushImage), or correct the manifest's image.", Images) with { Clock = Pull, IsOfTemplate = true };
    public static readonly VerdictRule ImageOfAnotherPlatform = Terminal("ImageOfAnotherPlatform", "The registry has the image, but not for the operating system and processor of the node: build it for them (--image-platform).", Images) with { Clock = Pull };
    public static readonly VerdictRule InvalidImageName = Terminal("InvalidImageName", "Correct the image's name in the manifest.", Images) with { IsOfTemplate = true };
    public static readonly VerdictRule ErrImageNeverPull = Terminal("ErrImageNeverPull", "imagePullPolicy is Never and the node lacks the image: load it there, or let the node pull.", Images);
    public static readonly VerdictRule ImagePullDenied = Counted("ImagePullDenied", 45, "Check the pods' imagePullSecrets and what that account may read at the registry.", "Shopify/krane#885 (credentials that come late)") with { Clock = Pull, IsOfTemplate = true };
    public static readonly VerdictRule ImagePullRateLimited = Counted("ImagePullRateLimited", 300, "The registry limits pulls for now: pull as a user with a higher limit, or through a mirror.", "docs.docker.com/docker-hub/usage/pulls") with { Clock = Pull };
    public static readonly VerdictRule ImagePullFailing = Counted("ImagePullFailing", 120, "The node cannot reach the registry: check name, certificate and network there.", Images) with { Clock = Pull };

    // Containers. A program that waits for its neighbour by ending has two runs to find it.
    public static readonly VerdictRule CrashLoopBackOff = Terminal("CrashLoopBackOff", "The program ends by itself, three times in a row: the log says why.", Lifecycle) with { Clock = Crash };
    public static readonly VerdictRule OomKilled = Terminal("OOMKilled", "The container needs more memory than resources.limits.memory allows: raise the limit, or find the leak.", Lifecycle) with { Clock = Crash };
    public static readonly VerdictRule LivenessKilled = Terminal("LivenessKilled", "The liveness probe kills the program: check the probe's path and port, or give it initialDelaySeconds or a startupProbe.", Probing) with { Clock = Crash };
    public static readonly VerdictRule StartupKilled = Terminal("StartupKilled", "The program is not up within the startup probe's periodSeconds × failureThreshold: find out why, or raise them.", Probing) with { Clock = Crash };
    public static readonly VerdictRule Restarted = Told("Restarted", "It ended and was started again; a third end in a row is a verdict.", Lifecycle) with { Clock = Crash };
    public static readonly VerdictRule CreateContainerConfigError = Counted("CreateContainerConfigError", 45, "A Secret, a ConfigMap or a key that the container's environment names does not exist: create it.", "Shopify/krane#218, #885 (a late Secret heals)") with { IsOfTemplate = true };
    public static readonly VerdictRule CreateContainerError = Counted("CreateContainerError", 25, "The node's engine refuses the container: its message says why.", Lifecycle);
    public static readonly VerdictRule CommandMissing = Terminal("CommandMissing", "The image names no command: give the container a command, or the Dockerfile a CMD.", Images) with { IsOfTemplate = true };
    public static readonly VerdictRule RunContainerError = Counted("RunContainerError", 25, "The node's engine cannot start the container: its message says why.", "skaffold RUN_CONTAINER_ERR, krane ContainerCannotRun");
    public static readonly VerdictRule ProgramMissing = Terminal("ProgramMissing", "The container's command is not in the image, or may not be executed.", "skaffold RUN_CONTAINER_ERR, krane ContainerCannotRun") with { IsOfTemplate = true };
    public static readonly VerdictRule ExecFormatError = Terminal("ExecFormatError", "The program is for another architecture than the node's, or no program: build the image for the nodes' architecture.", "skaffold 358 (pkg/diag/validator)") with { IsOfTemplate = true };

    // Pods before their containers.
    public static readonly VerdictRule FailedMount = Counted("FailedMount", 90, "A volume's Secret, ConfigMap or claim is missing or cannot be mounted on that node.", "kubelet retries with a pause that grows to two minutes");
    public static readonly VerdictRule FailedAttachVolume = Counted("FailedAttachVolume", 180, "The volume is attached elsewhere: it comes free when the old pod is gone, or it needs ReadWriteMany.", "kubernetes.io/docs/concepts/storage/persistent-volumes");
    public static readonly VerdictRule FailedCreatePodSandBox = Counted("FailedCreatePodSandBox", 90, "The node cannot give the pod a network: look at its CNI plugin.", Lifecycle);
    public static readonly VerdictRule Unschedulable = Counted("Unschedulable", 120, "No node takes the pod: free or add room, or correct its requests, selectors and tolerations.", "helm/helm#31897 (15 s was too eager), werf/kubedog#288") with { IsOfRoom = true };
    public static readonly VerdictRule AwaitingNode = Counted("AwaitingNode", 900, "An autoscaler starts a node for it and none came: look at the node group's limits.", "helm/helm#31897, cluster-autoscaler's TriggeredScaleUp event");
    public static readonly VerdictRule NoNodeWouldFit = Counted("NoNodeWouldFit", 30, "The autoscaler says that no node it may start would fit: correct the requests, or raise its limits.", "cluster-autoscaler's NotTriggerScaleUp event") with { IsOfRoom = true };

    // Pods that run.
    public static readonly VerdictRule ReadinessFailing = Counted("ReadinessFailing", 20, "The program runs and its readiness probe fails for longer than its own settings allow for a start: ask the probe's path yourself.", Probing + "; budget as in kubedog pkg/tracker/pod/probes.go");
    public static readonly VerdictRule NodeLost = Counted("NodeLost", 360, "The node does not answer. The cluster replaces its pods after five minutes.", "kubernetes.io/docs/concepts/architecture/nodes");
    public static readonly VerdictRule Evicted = Told("Evicted", "Its node put it out; the cluster makes another one.", "kubernetes.io/docs/concepts/scheduling-eviction; krane ignores Evicted and Preempting");

    // Pods that never come to be.
    public static readonly VerdictRule InvalidPod = Terminal("InvalidPod", "The API server refuses pods of this template: correct it, or the namespace's defaults.", "kubedog deployment/replicaset_failure.go");
    public static readonly VerdictRule AdmissionDenied = Terminal("AdmissionDenied", "A policy forbids these pods: its message names the field.", "skaffold ReplicaFailure, kubernetes.io/docs/concepts/security/pod-security-admission");
    public static readonly VerdictRule AdmissionUnreachable = Counted("AdmissionUnreachable", 60, "An admission webhook does not answer: look at the pods behind it.", "kubernetes/kubernetes#80313");
    public static readonly VerdictRule ServiceAccountMissing = Counted("ServiceAccountMissing", 30, "Create the ServiceAccount that the template names.", "kubernetes.io/docs/tasks/configure-pod-container/configure-service-account");
    public static readonly VerdictRule QuotaExceeded = Counted("QuotaExceeded", 10, "No old pod may go to make room: raise the quota, or allow maxUnavailable.", "Shopify/krane#173, kubedog deployment/replicaset_failure.go");
    public static readonly VerdictRule QuotaAwaited = Counted("QuotaAwaited", 120, "The quota has room once old pods are gone, and they do not go.", "Shopify/krane#173");
    public static readonly VerdictRule PodCreationFailing = Counted("PodCreationFailing", 30, "The cluster cannot create pods: its message says why.", Deploying);

    // The rollout as a whole.
    public static readonly VerdictRule ProgressDeadlineExceeded = Terminal("ProgressDeadlineExceeded", "Nothing moved for progressDeadlineSeconds: look at the pods below.", Deploying);
    public static readonly VerdictRule OldDeadline = Counted("OldDeadline", 10, "The rollout before this one had run into its deadline, and this one does not move either.", Deploying) with { Clock = "ProgressDeadlineExceeded" };
    public static readonly VerdictRule Superseded = Terminal("Superseded", "Somebody else's change won. Agree who deploys, then deploy again.", "kubernetes.io/docs/reference/using-api/server-side-apply (managedFields)");
    public static readonly VerdictRule Changed = Told("Changed", "Somebody changed it; its pods still run this release.", "kubectl rollout restart");
    public static readonly VerdictRule Paused = Counted("Paused", 30, "Resume it with 'kubectl rollout resume', or ask who paused it.", Deploying);
    public static readonly VerdictRule Deleted = Terminal("Deleted", "Somebody deleted it. Agree who deploys, then deploy again.", Deploying);

    // Jobs.
    public static readonly VerdictRule BackoffLimitExceeded = Terminal("BackoffLimitExceeded", "Each attempt failed: the log says why.", Jobs);
    public static readonly VerdictRule DeadlineExceeded = Terminal("DeadlineExceeded", "The Job took longer than its activeDeadlineSeconds: raise it in the Job's template, or find out what it waited for.", Jobs);

    /// <summary>The table in the order of this file.</summary>
    public static IReadOnlyList<VerdictRule> All { get; } =
    [
        ImageNotFound, ImageOfAnotherPlatform, InvalidImageName, ErrImageNeverPull, ImagePullDenied, ImagePullRateLimited, ImagePullFailing,
        CrashLoopBackOff, OomKilled, LivenessKilled, StartupKilled, Restarted, CreateContainerConfigError, CreateContainerError, CommandMissing,
        RunContainerError, ProgramMissing, ExecFormatError,
        FailedMount, FailedAttachVolume, FailedCreatePodSandBox, Unschedulable, AwaitingNode, NoNodeWouldFit,
        ReadinessFailing, NodeLost, Evicted,
        InvalidPod, AdmissionDenied, AdmissionUnreachable, ServiceAccountMissing, QuotaExceeded, QuotaAwaited, PodCreationFailing,
        ProgressDeadlineExceeded, OldDeadline, Superseded, Changed, Paused, Deleted,
        BackoffLimitExceeded, DeadlineExceeded,
    ];
}
