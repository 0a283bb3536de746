using System.Diagnostics;
using System.Net.Http.Json;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Errors;

namespace Pipeline.Build.Sandbox;

/// <summary>The sandbox of a checkout: a process of its own, found by what it wrote, or started.</summary>
/// <param name="folder">Where it keeps its state.</param>
/// <param name="endsWithThis">Ends it with this process, as on a CI host.</param>
internal sealed class SandboxProcess(string folder, bool endsWithThis) : IDisposable
{
    // What the child says once it can be used; nothing else ever comes from it.
    private const string Ready = "ready";
    private const int HeldByAnother = 4;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Pipeline.Sandbox.dll");
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private readonly HttpClient client = new() { Timeout = AnswerWithin };
    // Its input is what a sandbox ends with, and would be closed with an object that nobody holds.
    private Process? child;

    /// <summary>The variable that names another folder than <c>.nuke/temp/sandbox</c>.</summary>
    public const string FolderVariable = "PIPELINE_SANDBOX_FOLDER";

    /// <summary>True when the sandbox belongs to another run, such as a rehearsal.</summary>
    public static bool IsBorrowed => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 };

    /// <summary>Where it keeps its state.</summary>
    public static string FolderIn(string root) =>
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? Path.GetFullPath(folder, root) : Path.Combine(root, ".nuke", "temp", "sandbox");

    /// <summary>The running sandbox, started if there is none. One of another build is replaced; its state stays.</summary>
    /// <exception cref="FailureException">It does not start.</exception>
    public async Task<SandboxEndpoint> EnsureAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (await FindAsync(cancellation) is { } running)
            {
                if (running.Version == OwnVersion())
                    return running;
                await StopAsync(cancellation);
            }

            await StartAsync(cancellation);
        }
    }

    /// <summary>The running sandbox; null when there is none.</summary>
    public async Task<SandboxEndpoint?> FindAsync(CancellationToken cancellation)
    {
        if (await SandboxEndpoint.ReadAsync(folder, cancellation) is not { } endpoint)
            return null;
        try
        {
            using var answer = await client.GetAsync(new Uri($"{endpoint.Control}/health"), cancellation);
            return answer.IsSuccessStatusCode ? endpoint : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Ends the running sandbox and waits until it is gone.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        if (await FindAsync(cancellation) is not { } running)
            return false;
        using var answer = await client.PostAsync(new Uri($"{running.Control}/stop"), null, cancellation);
        while (await SandboxEndpoint.ReadAsync(folder, cancellation) is not null)
            await Task.Delay(50, cancellation);
        return true;
    }

    /// <summary>Lets the running sandbox stay until it is stopped.</summary>
    public async Task KeepAsync(SandboxEndpoint running, CancellationToken cancellation)
    {
        using var answer = await client.PutAsync(new Uri($"{running.Control}/keep"), null, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Switches these faults on and all others off.</summary>
    public async Task SwitchAsync(SandboxEndpoint running, IReadOnlyList<string> faults, CancellationToken cancellation)
    {
        using var answer = await client.PutAsJsonAsync(new Uri($"{running.Control}/faults"), faults, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Everything that it can do wrong on purpose.</summary>
    public static async Task<IReadOnlyList<FaultEntry>> FaultsAsync(CancellationToken cancellation)
    {
        var listed = await Cli.Wrap(Environment.ProcessPath!).WithArguments([Program, "--list-faults"]).ExecuteBufferedAsync(cancellation);
        return JsonSerializer.Deserialize<List<FaultEntry>>(listed.StandardOutput, JsonSerializerOptions.Web)!;
    }

    /// <summary>Lets go of it: one that ends with this ends now.</summary>
    public void Dispose()
    {
        child?.StandardInput.Close();
        child?.Dispose();
        client.Dispose();
    }

    private static string OwnVersion()
    {
        using var image = new PEReader(File.OpenRead(Program));
        var metadata = image.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid).ToString();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        // Redirected, so that the child keeps none of this process's streams: './build.sh Deploy | tee log' must end.
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program, "--folder", folder, .. endsWithThis ? (string[])["--ends-with-input"] : []])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            WorkingDirectory = folder,
        };
        child?.Dispose();
        child = Process.Start(start)!;
        if (await child.StandardOutput.ReadLineAsync(cancellation) == Ready)
            return;
        await child.WaitForExitAsync(cancellation);
        if (child.ExitCode == HeldByAnother)
        {
            // Another run starts one at this moment.
            await Task.Delay(200, cancellation);
            return;
        }

        throw new FailureException($"The sandbox did not start: {(await child.StandardError.ReadToEndAsync(cancellation)).Trim()} Its log is '{Path.Combine(folder, "log")}'; './build.sh Sandbox --reset' begins it anew.");
    }
}
