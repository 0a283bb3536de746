using CliWrap;

namespace Pipeline.Sandbox.Containers;

/// <summary>Runs the machine's own <c>alembic</c> on the image's files.</summary>
internal sealed class AlembicProcess(string executable) : IContainerProgram
{
    // The image's own search path leads nowhere on this machine.
    private static readonly string[] OfTheMachine = ["PATH", "HOME", "PYTHONPATH", "PYTHONHOME"];

    /// <inheritdoc />
    public async Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-alembic-").FullName;
        try
        {
            await UnpackAsync(context, folder, killed);
            var ini = context.Files.Keys.First(f => f == "alembic.ini" || f.EndsWith("/alembic.ini", StringComparison.Ordinal));
            var result = await Cli.Wrap(executable).WithArguments(context.Command.Skip(1))
                .WithWorkingDirectory(Path.GetDirectoryName(Path.Combine(folder, ini))!)
                .WithEnvironmentVariables(context.Environment.Where(e => !OfTheMachine.Contains(e.Key)).ToDictionary(e => e.Key, e => (string?)e.Value))
                .WithStandardOutputPipe(PipeTarget.ToDelegate(context.Log))
                .WithStandardErrorPipe(PipeTarget.ToDelegate(context.Errors))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(killed, context.Terminating);
            return result.ExitCode;
        }
        catch (OperationCanceledException) when (!killed.IsCancellationRequested)
        {
            return 143;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task UnpackAsync(ContainerContext context, string folder, CancellationToken cancellation)
    {
        foreach (var (path, content) in context.Files)
        {
            var file = Path.GetFullPath(Path.Combine(folder, path));
            // An image is foreign input: a path may not lead out of the folder.
            if (!file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancellation);
        }
    }
}
