using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Cluster;

public sealed class KubeconfigFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_path_that_is_given_is_the_only_one() => Assert.Equal(["here"], KubeconfigFile.PathsOf("here", "there"));

    [Fact]
    public void The_variable_lists_files_as_the_system_lists_paths() =>
        Assert.Equal(["one", "two"], KubeconfigFile.PathsOf(null, $"one{Path.PathSeparator}{Path.PathSeparator} two"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_variable_it_is_the_home_folder_s(string? variable) =>
        Assert.EndsWith(Path.Combine(".kube", "config"), KubeconfigFile.PathsOf("", variable).Single(), StringComparison.Ordinal);

    [Fact]
    public void Of_several_files_the_first_that_has_the_context_is_read_and_missing_ones_are_skipped()
    {
        var first = folder.Write("first", Contexts("staging"));
        var second = folder.Write("second", Contexts("production"));

        Assert.Equal(second, KubeconfigFile.WithContext("production", [Path.Combine(folder.Path, "gone"), first, second]).FileName);
    }

    [Fact]
    public void A_missing_context_lists_those_there_are()
    {
        var path = folder.Write("config", Contexts("staging", "production"));

        Assert.Equal($"--kube-context: 'prod' is not in '{path}', which has: staging, production.", Error("prod", path));
    }

    [Theory]
    [InlineData("apiVersion: v1")]
    [InlineData("contexts: []")]
    [InlineData("contexts: what")]
    public void A_file_without_contexts_says_so(string content)
    {
        var path = folder.Write("config", content);

        Assert.Equal($"--kube-context: 'prod' is not in '{path}', which has: no context.", Error("prod", path));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.StartsWith($"--kube-config: '{folder.Path}/none' cannot be read: ", Error("prod", $"{folder.Path}/none"), StringComparison.Ordinal);

    [Fact]
    public void A_folder_is_no_file() =>
        Assert.StartsWith($"--kube-config: '{folder.Path}' cannot be read: ", Error("prod", folder.Path), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("- a\n- list")]
    public void A_file_that_is_something_else_says_so(string content)
    {
        var path = folder.Write("config", content);

        Assert.Equal($"--kube-config: '{path}' holds no kubeconfig.", Error("prod", path));
    }

    [Fact]
    public void Malformed_YAML_is_named_by_line_and_column()
    {
        var path = folder.Write("config", "contexts:\n- name: [prod\n");

        Assert.StartsWith($"--kube-config: '{path}' is not valid YAML, line 3, column 1: ", Error("prod", path), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_credential_is_read()
    {
        var path = folder.Write("config", """
            clusters:
            - name: prod
              cluster: {server: "https://api:6443", certificate-authority-data: Y2E=, tls-server-name: api.internal, insecure-skip-tls-verify: true}
            users:
            - name: certificate
              user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}
            - name: files
              user: {client-certificate: ../cert.pem, client-key: key.pem}
            - name: token
              user: {token: abc}
            - name: basic
              user: {username: u, password: p}
            - name: exec
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: aws
                  args: [eks, get-token]
                  env: [{name: AWS_PROFILE, value: prod}]
            contexts:
            - name: prod
              context: {cluster: prod, user: token, namespace: product}
            """);
        var file = KubeconfigFile.WithContext("prod", [path]);
        var users = file.Users.ToDictionary(u => u.Name, u => u.UserCredentials);
        var cluster = file.Clusters.Single().ClusterEndpoint;

        Assert.Equal(("https://api:6443", "Y2E=", "api.internal", true), (cluster.Server, cluster.CertificateAuthorityData, cluster.TlsServerName, cluster.SkipTlsVerify));
        Assert.Equal(("Y2VydA==", "a2V5"), (users["certificate"].ClientCertificateData, users["certificate"].ClientKeyData));
        Assert.Equal(("../cert.pem", "key.pem"), (users["files"].ClientCertificate, users["files"].ClientKey));
        Assert.Equal("abc", users["token"].Token);
        Assert.Equal(("u", "p"), (users["basic"].UserName, users["basic"].Password));
        Assert.Equal(("aws", "eks get-token"), (users["exec"].ExternalExecution.Command, string.Join(' ', users["exec"].ExternalExecution.Arguments)));
        Assert.Equal("prod", users["exec"].ExternalExecution.EnvironmentVariables.Single()["value"]);
        Assert.Equal(("prod", "token", "product"), (file.Contexts.Single().ContextDetails.Cluster, file.Contexts.Single().ContextDetails.User, file.Contexts.Single().ContextDetails.Namespace));
    }

    [Fact]
    public void A_token_file_is_found_from_the_kubeconfig_s_folder_and_wins_over_a_token()
    {
        folder.Write("tokens/prod", "from-the-file\n");
        var path = folder.Write("config", Contexts("prod") + "users: [{name: prod, user: {token: old, tokenFile: tokens/prod}}]\n");

        Assert.Equal("from-the-file", KubeconfigFile.WithContext("prod", [path]).Users.Single().UserCredentials.Token);
    }

    [Fact]
    public void A_missing_token_file_of_another_context_does_not_matter()
    {
        var path = folder.Write("config", Contexts("prod", "old") + "users: [{name: prod, user: {token: abc}}, {name: old, user: {tokenFile: /gone/token}}]\n");

        Assert.Equal("abc", KubeconfigFile.WithContext("prod", [path]).Users.First().UserCredentials.Token);
        Assert.Contains("/gone/token", Error("old", path), StringComparison.Ordinal);
    }

    private static string Contexts(params string[] names) =>
        "contexts:\n" + string.Concat(names.Select(n => $"- {{name: {n}, context: {{cluster: {n}, user: {n}}}}}\n"));

    private static string Error(string context, params string[] paths) =>
        Assert.Throws<UsageException>(() => KubeconfigFile.WithContext(context, paths)).Message;
}
