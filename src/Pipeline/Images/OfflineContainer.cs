using Docker.DotNet;
using Docker.DotNet.Models;

namespace Pipeline.Images;

/// <summary>A container that reaches nothing and leaves nothing: what it prints is all that comes of it.</summary>
/// <param name="client">The engine.</param>
internal sealed class OfflineContainer(DockerClient client)
{
    /// <summary>Runs a command to its end.</summary>
    /// <returns>Its exit code, and what it printed to each stream.</returns>
    public async Task<(long ExitCode, string Output, string Errors)> RunAsync(string image, string[] command, CancellationToken cancellation)
    {
        var created = await client.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Image = image,
            Entrypoint = [command[0]],
            Cmd = command[1..],
            HostConfig = new HostConfig { NetworkMode = "none" },
        }, cancellation);
        try
        {
            await client.Containers.StartContainerAsync(created.ID, new ContainerStartParameters(), cancellation);
            var ended = await client.Containers.WaitContainerAsync(created.ID, cancellation);
            var output = await LogAsync(created.ID, new ContainerLogsParameters { ShowStdout = true }, cancellation);
            return (ended.StatusCode, output, await LogAsync(created.ID, new ContainerLogsParameters { ShowStderr = true }, cancellation));
        }
        finally
        {
            await client.Containers.RemoveContainerAsync(created.ID, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
        }
    }

    private async Task<string> LogAsync(string id, ContainerLogsParameters parameters, CancellationToken cancellation)
    {
        using var stream = await client.Containers.GetContainerLogsAsync(id, parameters, cancellation);
        var (output, errors) = await stream.ReadOutputToEndAsync(cancellation);
        return output + errors;
    }
}
