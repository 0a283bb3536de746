using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Hosting;

namespace Sandbox.Tests.Hosting;

public sealed class SandboxProcessTests : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private readonly List<Process> processes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in processes.Where(p => !p.HasExited))
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task It_says_where_its_servers_are_and_ends_when_it_is_asked_to()
    {
        var process = Start();
        Assert.Equal(SandboxProcess.Ready, await process.StandardOutput.ReadLineAsync());
        using var client = new HttpClient();

        var endpoint = JsonNode.Parse(await File.ReadAllTextAsync(EndpointFile))!;
        Assert.Equal($"{process.Id}", $"{endpoint["processId"]}");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"http://{endpoint["parameters"]!["RegistryUrl"]}/v2/")).StatusCode);
        Assert.Equal(SandboxEndpoint.OwnVersion, (string?)JsonNode.Parse(await client.GetStringAsync($"{endpoint["control"]}/health"))!["version"]);
        (await client.PostAsync($"{endpoint["control"]}/stop", null)).EnsureSuccessStatusCode();

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, process.ExitCode);
        Assert.False(File.Exists(EndpointFile));
    }

    [Fact]
    public async Task A_second_one_leaves_the_folder_alone_and_the_first_ends_with_its_parent()
    {
        var first = Start();
        await first.StandardOutput.ReadLineAsync();
        var second = Start();

        await second.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(SandboxProcess.HeldByAnother, second.ExitCode);
        Assert.True(File.Exists(EndpointFile));
        first.StandardInput.Close();
        await first.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, first.ExitCode);
    }

    [Fact]
    public async Task A_fault_is_switched_on_from_outside()
    {
        var process = Start();
        await process.StandardOutput.ReadLineAsync();
        var endpoint = JsonNode.Parse(await File.ReadAllTextAsync(EndpointFile))!;
        using var client = new HttpClient();

        using var faults = new StringContent("""["registry-5xx:1"]""");
        (await client.PutAsync($"{endpoint["control"]}/faults", faults)).EnsureSuccessStatusCode();

        var registry = $"http://{endpoint["parameters"]!["RegistryUrl"]}/v2/";
        Assert.True((await client.GetAsync(registry)).StatusCode >= HttpStatusCode.InternalServerError);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(registry)).StatusCode);
    }

    private string EndpointFile => Path.Combine(folder.Path, "endpoint.json");

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Sandbox.dll"), "--folder", folder.Path, "--ends-with-input"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        processes.Add(process);
        return process;
    }
}
