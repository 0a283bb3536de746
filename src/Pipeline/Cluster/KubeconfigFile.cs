using k8s.KubeConfigModels;
using Pipeline.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Cluster;

/// <summary>
/// Reads a kubeconfig through YamlDotNet's node model. The client's own reader maps every type by reflection, which took a third of
/// the time of a whole cold request.
/// </summary>
internal static class KubeconfigFile
{
    /// <summary>The files that <paramref name="given"/>, <paramref name="variable"/> (the content of <c>KUBECONFIG</c>) or else the home folder names.</summary>
    public static IReadOnlyList<string> PathsOf(string? given, string? variable)
    {
        if (!string.IsNullOrWhiteSpace(given))
            return [given];
        var listed = variable?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return listed.Length > 0
            ? listed
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
    }

    /// <inheritdoc cref="PathsOf(string?, string?)"/>
    public static IReadOnlyList<string> PathsOf(string? given) => PathsOf(given, Environment.GetEnvironmentVariable("KUBECONFIG"));

    /// <summary>The first of the files that has the context. Of several, those that do not exist are skipped, as kubectl skips them.</summary>
    /// <exception cref="UsageException">A file cannot be read, or none has the context.</exception>
    public static K8SConfiguration WithContext(string? context, IReadOnlyList<string> paths)
    {
        var names = new List<string>();
        foreach (var path in paths.Count == 1 ? paths : paths.Where(File.Exists))
        {
            var file = Read(path, context);
            if (file.Contexts.Any(c => c.Name == context))
                return file;
            names.AddRange(file.Contexts.Select(c => c.Name));
        }

        var has = names.Count == 0 ? "no context" : string.Join(", ", names);
        throw new UsageException($"--kube-context: '{context}' is not in '{string.Join("', '", paths)}', which has: {has}.");
    }

    private static K8SConfiguration Read(string path, string? context)
    {
        try
        {
            using var reader = new StreamReader(path);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? Configuration(root, path, context)
                : throw new UsageException($"--kube-config: '{path}' holds no kubeconfig.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--kube-config: '{path}' cannot be read: {e.Message}");
        }
        catch (YamlException e)
        {
            throw new UsageException($"--kube-config: '{path}' is not valid YAML, line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }
    }

    private static K8SConfiguration Configuration(YamlMappingNode root, string path, string? context) => new()
    {
        FileName = path,
        CurrentContext = Text(root, "current-context"),
        Clusters = [.. Named(root, "clusters", "cluster").Select(c => new k8s.KubeConfigModels.Cluster { Name = c.Name, ClusterEndpoint = Endpoint(c.Node) })],
        Users = [.. Named(root, "users", "user").Select(u => new User { Name = u.Name, UserCredentials = Credentials(u.Node, TokenFile(root, path, u, context)) })],
        Contexts = [.. Named(root, "contexts", "context").Select(c => new Context
        {
            Name = c.Name,
            ContextDetails = new ContextDetails { Cluster = Text(c.Node, "cluster"), User = Text(c.Node, "user"), Namespace = Text(c.Node, "namespace") },
        })],
    };

    private static ClusterEndpoint Endpoint(YamlMappingNode node) => new()
    {
        Server = Text(node, "server"),
        CertificateAuthority = Text(node, "certificate-authority"),
        CertificateAuthorityData = Text(node, "certificate-authority-data"),
        TlsServerName = Text(node, "tls-server-name"),
        SkipTlsVerify = Text(node, "insecure-skip-tls-verify") == "true",
    };

    // The token of a context that is not asked for may be anywhere, or gone. A relative path starts at the kubeconfig's folder.
    private static string? TokenFile(YamlMappingNode root, string path, (string Name, YamlMappingNode Node) user, string? context) =>
        Text(user.Node, "tokenFile") is { } file && Named(root, "contexts", "context").Any(c => c.Name == context && Text(c.Node, "user") == user.Name)
            ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, file)
            : null;

    private static UserCredentials Credentials(YamlMappingNode node, string? tokenFile) => new()
    {
        ClientCertificate = Text(node, "client-certificate"),
        ClientCertificateData = Text(node, "client-certificate-data"),
        ClientKey = Text(node, "client-key"),
        ClientKeyData = Text(node, "client-key-data"),
        // The file wins, as with kubectl: whoever writes both renews the file.
        Token = tokenFile is null ? Text(node, "token") : File.ReadAllText(tokenFile).Trim(),
        UserName = Text(node, "username"),
        Password = Text(node, "password"),
        ExternalExecution = Child(node, "exec") is { } exec ? Execution(exec) : null,
    };

    private static ExternalExecution Execution(YamlMappingNode node) => new()
    {
        ApiVersion = Text(node, "apiVersion"),
        Command = Text(node, "command"),
        Arguments = [.. Items(node, "args").OfType<YamlScalarNode>().Select(a => a.Value ?? "")],
        EnvironmentVariables = [.. Items(node, "env").OfType<YamlMappingNode>().Select(e => new Dictionary<string, string>
        {
            ["name"] = Text(e, "name") ?? "",
            ["value"] = Text(e, "value") ?? "",
        })],
    };

    private static IEnumerable<(string Name, YamlMappingNode Node)> Named(YamlMappingNode root, string list, string key) =>
        from item in Items(root, list).OfType<YamlMappingNode>()
        let node = Child(item, key)
        where node is not null
        select (Text(item, "name") ?? "", node);

    private static IEnumerable<YamlNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlSequenceNode list ? list.Children : [];

    private static YamlMappingNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? value as YamlMappingNode : null;

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;
}
