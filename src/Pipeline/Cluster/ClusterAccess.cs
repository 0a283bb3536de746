using k8s;
using k8s.Exceptions;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>
/// The client of one context. It is made anew when the server no longer takes its credentials: the kubeconfig, its token files and its exec
/// plugins may have new ones by then, and a release takes longer than some tokens live.
/// </summary>
internal sealed class ClusterAccess : IDisposable
{
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly List<Kubernetes> retired = [];
    private readonly ClusterOptions options;
    private readonly TimeProvider time;
    private volatile Kubernetes client;
    private long? renewedAt;

    /// <exception cref="UsageException">Kubeconfig or context cannot be used.</exception>
    public ClusterAccess(ClusterOptions options, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        client = Make();
    }

    /// <summary>The client as it is now.</summary>
    public Kubernetes Client => client;

    /// <summary>Reads the credentials again, unless that was done a moment ago.</summary>
    /// <param name="refused">The client whose credentials the server refused.</param>
    /// <returns>True when there is another client to ask with.</returns>
    public bool Renew(Kubernetes refused)
    {
        lock (gate)
        {
            if (!ReferenceEquals(client, refused))
                return true;
            if (renewedAt is { } last && time.GetElapsedTime(last) < AtMostEvery)
                return false;
            try
            {
                var next = Make();
                // Requests of the old one may be under way.
                retired.Add(client);
                (client, renewedAt) = (next, time.GetTimestamp());
                return true;
            }
            catch (UsageException)
            {
                return false;
            }
        }
    }

    public void Dispose()
    {
        client.Dispose();
        retired.ForEach(r => r.Dispose());
    }

    private Kubernetes Make()
    {
        var file = KubeconfigFile.WithContext(options.KubeContext, KubeconfigFile.PathsOf(options.KubeConfig));
        try
        {
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, options.KubeContext);
            // A watch may stay silent for long; every other request has a limit of its own.
            configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
            return new Kubernetes(configuration);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or FormatException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            throw new UsageException($"--kube-config: the context '{options.KubeContext}' in '{file.FileName}' cannot be used: {e.Message}");
        }
    }
}
