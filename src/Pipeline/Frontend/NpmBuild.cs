using System.Security.Cryptography;
using System.Text;
using CliWrap;
using Pipeline.Errors;
using Pipeline.Runs;
using Serilog;

namespace Pipeline.Frontend;

/// <summary>Runs npm in the site's folder, and knows when there is nothing to run.</summary>
internal sealed class NpmBuild(FrontendOptions options, ILogger log)
{
    private const int Tail = 20;
    private static readonly string Program = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary>Installs exactly what the lock file says, unless it is installed already.</summary>
    public async Task InstallAsync(CancellationToken cancellation)
    {
        var modules = Path.Combine(options.FrontendSource, "node_modules");
        var stamp = Path.Combine(modules, ".cache", "installed-from");
        var wanted = await HashAsync([Path.Combine(options.FrontendSource, "package-lock.json")], cancellation);
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellation) == wanted)
            return;
        log.Information("Installing the site's packages");
        await RunAsync(["ci", "--no-audit", "--no-fund"], cancellation);
        await WriteAsync(stamp, wanted, cancellation);
    }

    /// <summary>The hash of everything that the site is built from.</summary>
    public Task<string> InputsAsync(CancellationToken cancellation) => HashAsync(Sources(options.FrontendSource), cancellation);

    /// <summary>Builds, unless the output is of the sources as they are.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public async Task<bool> BuildAsync(CancellationToken cancellation)
    {
        var stamp = Path.Combine(options.FrontendSource, "node_modules", ".cache", "built-from");
        var inputs = await InputsAsync(cancellation);
        if (IsBuilt && File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellation) == $"{inputs} {await OutputHashAsync(cancellation)}")
            return false;
        await RunAsync(["run", "build"], cancellation);
        if (!IsBuilt)
            throw new FailureException($"'npm run build' ended well, but '{options.FrontendOutput}' holds no index.html. The site's build must write into 'build'.");
        await WriteAsync(stamp, $"{inputs} {await OutputHashAsync(cancellation)}", cancellation);
        return true;
    }

    private bool IsBuilt => File.Exists(Path.Combine(options.FrontendOutput, "index.html"));

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d) is not ("node_modules" or "build" or ".vite"))
                .SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories)));

    private Task<string> OutputHashAsync(CancellationToken cancellation) =>
        HashAsync(Directory.EnumerateFiles(options.FrontendOutput, "*", SearchOption.AllDirectories), cancellation);

    private async Task<string> HashAsync(IEnumerable<string> files, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Where(File.Exists).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(options.FrontendSource, file) + '\n'));
            await using var content = File.OpenRead(file);
            hash.AppendData(await SHA256.HashDataAsync(content, cancellation));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, cancellation);
    }

    private async Task RunAsync(string[] arguments, CancellationToken cancellation)
    {
        // A tail for each stream: what a compiler writes to one must not be pushed out by the chatter on the other.
        var (output, errors) = (new LastLines(Tail), new LastLines(Tail));
        PipeTarget Into(LastLines tail) => PipeTarget.ToDelegate(line =>
        {
            log.Debug("npm: {Line:l}", line);
            tail.Add(line);
        });

        var command = ShieldedProgram.Of(Program, arguments).WithWorkingDirectory(options.FrontendSource).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(e => e.Set("NO_COLOR", "1").Set("CI", "1"))
            .WithStandardOutputPipe(Into(output)).WithStandardErrorPipe(Into(errors));
        try
        {
            var result = await command.ExecuteAsync(cancellation);
            if (result.ExitCode != 0)
                throw new FailureException($"'npm {string.Join(' ', arguments)}' failed in '{options.FrontendSource}' with exit code {result.ExitCode}:{string.Concat(output.Concat(errors).Select(l => Environment.NewLine + "  " + l))}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException("'npm' was not found; the site is built with it. Install Node.js 20 or newer (https://nodejs.org).");
        }
    }
}
