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
    /// <summary>The path that <paramref name="given"/> or the environment names.</summary>
    public static string PathOf(string? given)
    {
        if (!string.IsNullOrWhiteSpace(given))
            return given;
        var listed = Environment.GetEnvironmentVariable("KUBECONFIG")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return listed is [var first, ..]
            ? first
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
    }

    /// <exception cref="UsageException">The file is missing, unreadable or no kubeconfig.</exception>
    public static K8SConfiguration Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? Configuration(root, path)
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

    private static K8SConfiguration Configuration(YamlMappingNode root, string path) => new()
    {
        FileName = path,
        CurrentContext = Text(root, "current-context"),
        Clusters = [.. Named(root, "clusters", "cluster").Select(c => new k8s.KubeConfigModels.Cluster { Name = c.Name, ClusterEndpoint = Endpoint(c.Node) })],
        Users = [.. Named(root, "users", "user").Select(u => new User { Name = u.Name, UserCredentials = Credentials(u.Node) })],
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

    private static UserCredentials Credentials(YamlMappingNode node) => new()
    {
        ClientCertificate = Text(node, "client-certificate"),
        ClientCertificateData = Text(node, "client-certificate-data"),
        ClientKey = Text(node, "client-key"),
        ClientKeyData = Text(node, "client-key-data"),
        Token = Text(node, "token") ?? TokenIn(Text(node, "tokenFile")),
        UserName = Text(node, "username"),
        Password = Text(node, "password"),
        ExternalExecution = Child(node, "exec") is { } exec ? Execution(exec) : null,
    };

    private static string? TokenIn(string? file) => file is null ? null : File.ReadAllText(file).Trim();

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
