using System.Diagnostics;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Images;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Engine;

/// <summary>Pushing, pulling and looking at images.</summary>
public sealed class TransferTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    private string Name => $"{bench.Registry.Host}/team/api";

    /// <inheritdoc />
    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    /// <inheritdoc />
    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_push_ends_with_the_digest_that_the_registry_has()
    {
        await BuildAsync();
        var pushed = await bench.PushAsync(Name, "1");

        Assert.Null(pushed.Error);
        using var registry = new RegistryClient(RegistryAddress.Of(Name), null);
        Assert.Equal(await registry.FindDigestAsync("1", default), pushed.Result("Digest"));
        Assert.Contains("Pushed", pushed.Statuses);
        Assert.Contains($"1: digest: {pushed.Result("Digest")} size: {pushed.Result("Size")}", pushed.Statuses);
        Assert.Equal($"{Name}@{pushed.Result("Digest")}", (await bench.Client.Images.InspectImageAsync($"{Name}:1")).RepoDigests!.Single());
        Assert.Contains("Layer already exists", (await bench.PushAsync(Name, "1")).Statuses);
    }

    [Fact]
    public async Task A_pulled_image_is_the_one_that_was_pushed()
    {
        var built = await BuildAsync();
        await bench.PushAsync(Name, "1");
        await bench.RestartAsync(isEmpty: true);
        var told = new BuildResult();
        await bench.Client.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = Name, Tag = "1" }, null, told, default);

        Assert.Contains($"Status: Downloaded newer image for {Name}:1", told.Statuses);
        Assert.Equal(built.Result("ID"), (await bench.Client.Images.InspectImageAsync($"{Name}:1")).ID);
        await Assert.ThrowsAnyAsync<DockerApiException>(() =>
            bench.Client.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = Name, Tag = "none" }, null, told, default));
    }

    [Fact]
    public async Task The_reader_finds_command_environment_and_files()
    {
        await BuildAsync();
        var pushed = await bench.PushAsync(Name, "1");

        foreach (var reference in new[] { $"{Name}:1", $"{Name}@{pushed.Result("Digest")}", "elsewhere.example.com/team/api:1" })
        {
            var image = await bench.Registry.Images.ReadAsync(reference, default);
            Assert.Equal(pushed.Result("Digest"), image.Digest);
            Assert.Equal(["run", "fast"], image.Command);
            Assert.Equal("1", image.Environment["A"]);
            Assert.Equal("hi", Encoding.UTF8.GetString(image.Files["srv/a.txt"].Span));
        }

        var error = await Assert.ThrowsAsync<ImagePullException>(() => bench.Registry.Images.ReadAsync($"{Name}:none", default));
        Assert.Equal($"manifest for {Name}:none not found: manifest unknown: manifest unknown", error.Message);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_told_in_the_stream()
    {
        await BuildAsync();
        await bench.Client.Images.TagImageAsync($"{Name}:1", new ImageTagParameters { RepositoryName = "127.0.0.1:1/team/api", Tag = "1" });

        Assert.Equal("Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", (await bench.PushAsync("127.0.0.1:1/team/api", "1")).Error);
        Assert.Equal($"An image does not exist locally with the tag: {Name}", (await bench.PushAsync(Name, "none")).Error);
    }

    [Fact]
    public async Task A_registry_that_is_out_of_order_fails_the_push_at_its_first_question()
    {
        await BuildAsync();
        bench.Faults.On(new Fault("registry-5xx", "1"));
        Assert.Equal("received unexpected HTTP status: 503 Service Unavailable", (await bench.PushAsync(Name, "1")).Error);
        bench.Faults.On(new Fault("registry-429", "1"));
        Assert.Equal("toomanyrequests: too many requests", (await bench.PushAsync(Name, "1")).Error);

        Assert.Null((await bench.PushAsync(Name, "1")).Error);
    }

    [Theory]
    [InlineData(false, "no basic auth credentials")]
    [InlineData(true, "unauthorized: authentication required")]
    public async Task An_account_is_needed_where_one_is_asked_for(bool usesTokens, string refusal)
    {
        await using var guarded = await EngineBench.StartAsync(account: new RegistryAccount("robot", "pass~?word", usesTokens));
        var name = $"{guarded.Registry.Host}/team/api";
        await guarded.BuildAsync(new ImageBuildParameters { Tags = [$"{name}:1"] }, [("Dockerfile", "FROM scratch\nLABEL a=1")]);

        Assert.Equal(refusal, (await guarded.PushAsync(name, "1")).Error);
        Assert.Null((await guarded.PushAsync(name, "1", new AuthConfig { Username = "robot", Password = "pass~?word" })).Error);
        var login = new AuthConfig { Username = "robot", Password = "wrong", ServerAddress = guarded.Registry.Host };
        await Assert.ThrowsAnyAsync<DockerApiException>(() => guarded.Client.System.AuthenticateAsync(login));
        login.Password = "pass~?word";
        await guarded.Client.System.AuthenticateAsync(login);
    }

    [Fact]
    public async Task Images_are_named_listed_and_removed_and_survive_a_restart()
    {
        var built = await BuildAsync();
        await bench.Client.Images.TagImageAsync($"{Name}:1", new ImageTagParameters { RepositoryName = "other", Tag = "2" });
        await bench.RestartAsync();

        var listed = (await bench.Client.Images.ListImagesAsync(new ImagesListParameters())).Single();
        Assert.Equal((built.Result("ID"), 2), (listed.ID, listed.RepoTags!.Count));
        await bench.Client.Images.DeleteImageAsync("other:2", new ImageDeleteParameters());
        Assert.Equal(built.Result("ID"), (await bench.Client.Images.InspectImageAsync(built.Result("ID")![7..19])).ID);
        await bench.Client.Images.DeleteImageAsync($"{Name}:1", new ImageDeleteParameters());
        var error = await Assert.ThrowsAsync<DockerImageNotFoundException>(() => bench.Client.Images.InspectImageAsync($"{Name}:1"));
        Assert.Contains($"No such image: {Name}:1", error.ResponseBody, StringComparison.Ordinal);
        Assert.Empty(await bench.Client.Images.ListImagesAsync(new ImagesListParameters()));
    }

    [Fact]
    public async Task The_engine_introduces_itself_and_refuses_versions_that_it_does_not_have()
    {
        await bench.Client.System.PingAsync();
        Assert.Equal("1.47", (await bench.Client.System.GetVersionAsync()).APIVersion);
        Assert.Equal("linux", (await bench.Client.System.GetSystemInfoAsync()).OSType);
        Assert.Empty(await bench.Client.Containers.ListContainersAsync(new ContainersListParameters()));
        using var http = new HttpClient();
        var refused = await http.GetStringAsync(new Uri($"{bench.Address}/v1.99/images/json")).ContinueWith(t => t.Exception?.InnerException, TaskScheduler.Default);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, Assert.IsType<HttpRequestException>(refused).StatusCode);
        bench.Faults.On(new Fault("engine-down"));
        await Assert.ThrowsAnyAsync<Exception>(() => bench.Client.System.PingAsync());
    }

    [Fact]
    public async Task A_push_that_waits_for_the_registry_goes_on()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        await using var slow = await EngineBench.StartAsync(time);
        var name = $"{slow.Registry.Host}/team/api";
        await slow.BuildAsync(new ImageBuildParameters { Tags = [$"{name}:1"] }, [("Dockerfile", "FROM scratch\nCOPY a /"), ("a", "1")]);
        var pushing = slow.Client.Images.PushImageAsync(name, new ImagePushParameters { Tag = "1" }, new AuthConfig(), new Trigger(m =>
        {
            if (m.Status == "Preparing")
                slow.Faults.On(new Fault("registry-5xx", "2"));
        }), default);
        while (!pushing.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        await pushing;
        using var registry = new RegistryClient(RegistryAddress.Of(name), null);
        Assert.NotNull(await registry.FindDigestAsync("1", default));
    }

    [SkippableFact]
    public async Task The_docker_command_builds_pushes_and_pulls()
    {
        var context = Directory.CreateTempSubdirectory("context-").FullName;
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), "FROM scratch\nCOPY a.txt /srv/\n");
        await File.WriteAllTextAsync(Path.Combine(context, "a.txt"), "hi");
        Skip.If(await RunAsync("docker", "version") is null, "docker is not on this machine");

        Assert.Equal(0, await RunAsync("docker", "build", "--quiet", "--tag", $"{Name}:cli", context));
        Assert.Equal(0, await RunAsync("docker", "push", $"{Name}:cli"));
        Assert.Equal(0, await RunAsync("docker", "images"));
        Assert.Equal(0, await RunAsync("docker", "history", $"{Name}:cli"));
        Assert.Equal(0, await RunAsync("docker", "rmi", $"{Name}:cli"));
        Assert.Equal(0, await RunAsync("docker", "pull", $"{Name}:cli"));
        Directory.Delete(context, recursive: true);
    }

    [SkippableFact]
    public async Task Skopeo_copies_an_image_out_and_in()
    {
        await BuildAsync();
        await bench.PushAsync(Name, "1");
        var archive = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}");
        var copied = await RunAsync("skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", $"docker://{Name}:1", $"oci:{archive}:1");
        Skip.If(copied is null, "skopeo is not on this machine");

        Assert.Equal(0, copied);
        Assert.Equal(0, await RunAsync("skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", $"oci:{archive}:1", $"docker://{Name}:oci"));
        Assert.Equal("hi", Encoding.UTF8.GetString((await bench.Registry.Images.ReadAsync($"{Name}:oci", default)).Files["srv/a.txt"].Span));
        Directory.Delete(archive, recursive: true);
    }

    private Task<BuildResult> BuildAsync() => bench.BuildAsync(
        new ImageBuildParameters { Tags = [$"{Name}:1"] },
        [("Dockerfile", "FROM scratch\nENV A=1\nWORKDIR /srv\nCOPY a.txt .\nENTRYPOINT [\"run\"]\nCMD [\"fast\"]"), ("a.txt", "hi")]);

    private async Task<int?> RunAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["DOCKER_HOST"] = bench.DockerHost;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{errors}");
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed class Trigger(Action<JSONMessage> action) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => action(value);
    }
}
