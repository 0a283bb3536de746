using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>A cluster that the contract is held against, and a namespace of its own in it.</summary>
public abstract class ContractCluster : IAsyncLifetime
{
    private ClusterConnection? connection;
    private string? kubeconfig;

    /// <summary>Why it cannot be asked; null when it can.</summary>
    public abstract string? Missing { get; }

    /// <summary>As the administrator, in the class's own namespace.</summary>
    public ClusterConnection Connection => connection!;

    /// <summary>As a user without any right that no Role gave, in the same namespace.</summary>
    public ClusterConnection Deployer() => ClusterConnection.Open(new ClusterOptions { KubeConfig = kubeconfig, KubeContext = "deployer", KubeNamespace = Connection.Namespace });

    public async Task InitializeAsync()
    {
        if (Missing is not null)
            return;
        (kubeconfig, var context) = await StartAsync();
        var space = $"contract-{Guid.NewGuid().ToString("N")[..8]}";
        connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = kubeconfig, KubeContext = context, KubeNamespace = space });
        await connection.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = space } }, default);
    }

    public async Task DisposeAsync()
    {
        if (connection is null)
            return;
        await connection.DeleteAsync(Resource.Namespaces, connection.Namespace, default);
        connection.Dispose();
        await StopAsync();
    }

    protected abstract Task<(string Kubeconfig, string Context)> StartAsync();

    protected virtual Task StopAsync() => Task.CompletedTask;
}
