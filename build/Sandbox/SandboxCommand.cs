using Pipeline.Errors;
using Serilog;

namespace Pipeline.Build.Sandbox;

/// <summary>What a person does with the sandbox itself.</summary>
/// <param name="folder">Where it keeps its state.</param>
/// <param name="endsWithThis">Ends it with this process.</param>
internal sealed class SandboxCommand(string folder, bool endsWithThis)
{
    /// <summary>Stops it, resets it, or keeps it running and prints how it is used.</summary>
    public async Task RunAsync(bool reset, bool stop, CancellationToken cancellation)
    {
        using var process = new SandboxProcess(folder, endsWithThis);
        if (stop || reset)
            Log.Information(await process.StopAsync(cancellation) ? "The sandbox was stopped" : "No sandbox ran");
        if (reset)
            Forget();
        if (stop)
            return;
        var running = await process.EnsureAsync(cancellation);
        await process.KeepAsync(running, cancellation);
        foreach (var line in Usage(running))
            Log.Information("{Line:l}", line);
    }

    private void Forget()
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Log.Information("Everything that was in it is forgotten");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"'{folder}' cannot be deleted: {e.Message}", cause: e);
        }
    }

    private static IEnumerable<string> Usage(SandboxEndpoint running) =>
    [
        $"site          {running.Site}",
        $"API           {running.Api}",
        $"cluster       kubectl --kubeconfig '{running.Parameters["KubeConfig"]}' --context {running.Parameters["KubeContext"]} --namespace {running.Parameters["KubeNamespace"]} get pods",
        $"Docker engine DOCKER_HOST={running.Parameters["DockerEndpoint"]}",
        $"registry      {running.Parameters["RegistryUrl"]}",
        $"object store  AWS_ACCESS_KEY_ID={running.Variables["AWS_ACCESS_KEY_ID"]} AWS_SECRET_ACCESS_KEY={running.Variables["AWS_SECRET_ACCESS_KEY"]} aws --endpoint-url {running.Parameters["StorageEndpoint"]} s3 ls",
        $"CDN           aws --endpoint-url {running.Parameters["CdnEndpoint"]} cloudfront get-distribution --id {running.Parameters["CdnDistributionId"]}",
        running.Parameters.TryGetValue("DatabaseUrl", out var database) ? $"database      psql '{database}'" : $"database      {running.Parameters["WithoutDatabase"]}",
        "It runs until ./build.sh Sandbox --stop",
    ];
}
