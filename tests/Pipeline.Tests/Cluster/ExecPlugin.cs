using Pipeline.Cluster;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Cluster;

/// <summary>A credential plugin that is a shell script. Its token has expired when it comes, so that the plugin is asked for every request.</summary>
internal sealed class ExecPlugin
{
    private readonly TemporaryFolder folder;
    private readonly string script;

    public ExecPlugin(TemporaryFolder folder)
    {
        this.folder = folder;
        Failures = 0;
        script = folder.Write("plugin", """
            #!/bin/sh
            cd "$(dirname "$0")"
            [ -e hangs ] && sleep 20
            left=$(cat failures)
            if [ "$left" -gt 0 ]; then
                echo $((left - 1)) > failures
                echo 'the session is over' >&2
                exit 1
            fi
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"plugged","expirationTimestamp":"2020-01-01T00:00:00Z"}}'

            """, executable: true);
    }

    /// <summary>How many times it fails before it answers.</summary>
    public int Failures
    {
        set => folder.Write("failures", $"{value}\n");
    }

    /// <summary>Lets it say nothing for longer than any test waits.</summary>
    public void Hang() => folder.Write("hangs", "");

    /// <summary>A context <c>prod</c> that logs in with it.</summary>
    public ClusterOptions Options(Uri server) => new()
    {
        KubeConfig = folder.Write("plugged", $$"""
            clusters: [{name: prod, cluster: {server: "{{server}}"} }]
            users: [{name: prod, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: {{script}} } } }]
            contexts: [{name: prod, context: {cluster: prod, user: prod} }]
            """),
        KubeContext = "prod",
        KubeNamespace = "product",
    };
}
