namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>The messages that kubectl sends in protobuf: what <c>auth can-i</c> asks, and what <c>create job</c> and the like make.</summary>
internal static class ProtobufSchema
{
    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> Messages = new()
    {
        ["SelfSubjectAccessReview"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Message("spec", "AccessSpec") },
        ["AccessSpec"] = new() { [1] = Message("resourceAttributes", "ResourceAttributes"), [2] = Message("nonResourceAttributes", "NonResourceAttributes") },
        ["ResourceAttributes"] = new()
        {
            [1] = Text("namespace"),
            [2] = Text("verb"),
            [3] = Text("group"),
            [4] = Text("version"),
            [5] = Text("resource"),
            [6] = Text("subresource"),
            [7] = Text("name"),
        },
        ["NonResourceAttributes"] = new() { [1] = Text("path"), [2] = Text("verb") },
        ["SelfSubjectRulesReview"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Message("spec", "RulesSpec") },
        ["RulesSpec"] = new() { [1] = Text("namespace") },
        ["SelfSubjectReview"] = new() { [1] = Message("metadata", "ObjectMeta") },
        ["ConfigMap"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Map("data", "text"), [3] = Map("binaryData", "bytes"), [4] = new ProtobufField("immutable", "flag") },
        ["Secret"] = new()
        {
            [1] = Message("metadata", "ObjectMeta"),
            [2] = Map("data", "bytes"),
            [3] = Text("type"),
            [4] = Map("stringData", "text"),
            [5] = new ProtobufField("immutable", "flag"),
        },
        ["Deployment"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Message("spec", "DeploymentSpec") },
        ["DeploymentSpec"] = new() { [1] = Number("replicas"), [2] = Message("selector", "LabelSelector"), [3] = Message("template", "PodTemplateSpec") },
        ["LabelSelector"] = new() { [1] = Map("matchLabels", "text") },
        ["Job"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Message("spec", "JobSpec") },
        ["JobSpec"] = new() { [1] = Number("parallelism"), [2] = Number("completions"), [3] = Number("activeDeadlineSeconds"), [6] = Message("template", "PodTemplateSpec"), [7] = Number("backoffLimit") },
        ["PodTemplateSpec"] = new() { [1] = Message("metadata", "ObjectMeta"), [2] = Message("spec", "PodSpec") },
        ["PodSpec"] = new() { [2] = Message("containers", "Container") with { IsList = true }, [3] = Text("restartPolicy"), [4] = Number("terminationGracePeriodSeconds") },
        ["Container"] = new()
        {
            [1] = Text("name"),
            [2] = Text("image"),
            [3] = Text("command") with { IsList = true },
            [4] = Text("args") with { IsList = true },
            [6] = Message("ports", "ContainerPort") with { IsList = true },
            [14] = Text("imagePullPolicy"),
        },
        ["ContainerPort"] = new() { [1] = Text("name"), [3] = Number("containerPort"), [4] = Text("protocol") },
        ["Namespace"] = new() { [1] = Message("metadata", "ObjectMeta") },
        ["ServiceAccount"] = new() { [1] = Message("metadata", "ObjectMeta") },
        ["ObjectMeta"] = new() { [1] = Text("name"), [2] = Text("generateName"), [3] = Text("namespace"), [11] = Map("labels", "text"), [12] = Map("annotations", "text") },
    };

    /// <summary>The fields of a message by their numbers, or null for a kind that is not known in protobuf.</summary>
    public static IReadOnlyDictionary<int, ProtobufField>? Find(string message) => Messages.GetValueOrDefault(message);

    private static ProtobufField Text(string name) => new(name, "text");

    private static ProtobufField Number(string name) => new(name, "number");

    private static ProtobufField Message(string name, string type) => new(name, type);

    private static ProtobufField Map(string name, string type) => new(name, type, IsMap: true);
}

/// <summary>A field of a message.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type"><c>text</c>, <c>bytes</c>, <c>flag</c>, <c>number</c>, or the message's name.</param>
/// <param name="IsMap">True for a map from texts.</param>
/// <param name="IsList">True for a field that stands once for each item.</param>
internal sealed record ProtobufField(string Name, string Type, bool IsMap = false, bool IsList = false);
