using CliWrap;
using CliWrap.Buffered;
using Pipeline.Sandbox.Hosting;

namespace Sandbox.Tests.Foreign;

/// <summary>A whole sandbox, and the programs that people ask such servers with, as far as the machine has them.</summary>
internal sealed class ForeignBed : IAsyncDisposable
{
    private readonly TestFolder folder = new();

    private ForeignBed()
    {
    }

    public SandboxServer Sandbox { get; private set; } = null!;

    /// <summary>Where the programs run, and what they leave behind.</summary>
    public string Folder { get; private set; } = "";

    public string Registry => Parameter("RegistryUrl");

    /// <param name="programs">What the test needs; without one of them it is skipped.</param>
    public static async Task<ForeignBed> StartAsync(params string[] programs)
    {
        foreach (var program in programs)
            Skip.IfNot(Has(program), $"this machine has no {program}");
        var bed = new ForeignBed();
        bed.Folder = Directory.CreateDirectory(Path.Combine(bed.folder.Path, "work")).FullName;
        var state = Directory.CreateDirectory(Path.Combine(bed.folder.Path, "state")).FullName;
        bed.Sandbox = await SandboxServer.StartAsync(new SandboxOptions(state, TimeProvider.System), CancellationToken.None);
        return bed;
    }

    public string Parameter(string name) => Sandbox.Endpoint.Parameters[name];

    /// <summary>The reference application's image, built and pushed by the program <c>docker</c>; its name.</summary>
    public async Task<string> PushImageAsync(string version)
    {
        var image = $"{Registry}/dataset-management/api:{version}";
        await MustAsync("docker", "build", "--quiet", "--tag", image, "--build-arg", $"VERSION={version}", Path.Combine(RepositoryRoot.Path, "src", "DatasetManagement", "api"));
        await MustAsync("docker", "push", image);
        return image;
    }

    /// <summary>kubectl with the rights of an administrator; § stands for a space inside an argument.</summary>
    public Task<string> KubectlAsync(string command) =>
        MustAsync("kubectl", ["--context", Parameter("KubeContext"), .. command.Split(' ').Select(a => a.Replace('§', ' '))]);

    /// <summary>Runs a program that must succeed; what it said.</summary>
    public async Task<string> MustAsync(string program, params string[] arguments)
    {
        var (code, said) = await RunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {said}");
        return said;
    }

    /// <summary>Runs a program; how it ended, and what it said.</summary>
    public async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var result = await Cli.Wrap(program).WithArguments(arguments).WithWorkingDirectory(Folder)
            .WithEnvironmentVariables(Variables()).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(limit.Token);
        return (result.ExitCode, (result.StandardOutput + result.StandardError).Trim());
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        folder.Dispose();
    }

    // What the machine's user has configured must not lead elsewhere.
    private Dictionary<string, string?> Variables() => new(Sandbox.Endpoint.Variables.Select(v => KeyValuePair.Create(v.Key, v.Value.Length > 0 ? v.Value : null))!)
    {
        ["HOME"] = Folder,
        ["KUBECONFIG"] = Parameter("KubeConfig"),
        ["DOCKER_HOST"] = Parameter("DockerEndpoint"),
        ["DOCKER_CONTEXT"] = null,
        ["DOCKER_BUILDKIT"] = "0",
        ["AWS_DEFAULT_REGION"] = Parameter("StorageRegion"),
        ["AWS_CONFIG_FILE"] = Path.Combine(Folder, "none"),
        ["AWS_ENDPOINT_URL"] = null,
        ["AWS_PAGER"] = "",
    };

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(p => File.Exists(Path.Combine(p, program)) || File.Exists(Path.Combine(p, $"{program}.exe")));
}
