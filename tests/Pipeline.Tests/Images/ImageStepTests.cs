using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Settings;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Images;

public sealed class ImageStepTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackEngine engine = new();
    private readonly LoopbackRegistry registry = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await engine.StartAsync();
        await registry.StartAsync();
        run = await StepRun.StartAsync(cluster.Options);
        folder.Write("Dockerfile", "FROM scratch\n");
        engine.Push = (_, tag) => [$$$"""{"status":"Pushed","progressDetail":{},"id":"l1"}""", $$$"""{"progressDetail":{},"aux":{"Tag":"{{{tag}}}","Digest":"{{{registry.Store("team/api", tag, "{}")}}}","Size":2}}"""];
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await registry.DisposeAsync();
        await engine.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_image_is_built_with_both_names_and_the_label_of_its_inputs()
    {
        await run.RunAsync(new BuildImageStep(Options));

        Assert.Equal(2, engine.Images.Count);
        var labels = engine.Images[$"{Repository}:1.4.2"];
        Assert.Equal("1.4.2", labels["org.opencontainers.image.version"]);
        Assert.Contains($"{Repository}:inputs-{labels["pipeline.inputs"][..16]}", engine.Images.Keys);
        Assert.StartsWith($"changed      built the image '{Repository}:1.4.2' ('inputs-", Assert.Single(run.Summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_the_engine_has_is_not_built_again()
    {
        await run.RunAsync(new BuildImageStep(Options));
        await run.NextAsync();
        engine.Images.TryRemove($"{Repository}:1.4.2", out _);
        engine.Build = ([], false);
        await run.RunAsync(new BuildImageStep(Options));

        Assert.Contains($"{Repository}:1.4.2", engine.Images.Keys);
        Assert.StartsWith($"left alone   the image '{Repository}:1.4.2': already at the engine as 'inputs-", Assert.Single(run.Summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_the_registry_has_is_not_built_and_no_engine_is_needed()
    {
        await run.RunAsync(new BuildImageStep(Options));
        await run.RunAsync(new PushImageStep(Options));
        await run.NextAsync();
        engine.Requests.Clear();
        await run.RunAsync(new BuildImageStep(Options));

        Assert.Empty(engine.Requests);
        Assert.Contains("already at the registry as 'inputs-", Assert.Single(run.Summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_is_shown_with_its_last_lines_and_the_engines_words()
    {
        engine.Build = ([
            """{"stream":"Step 1/3 : FROM debian\n"}""", """{"stream":" ---\u003e 1234\n"}""",
            """{"stream":"Step 2/3 : RUN pip install nothing\n"}""", """{"stream":"\u001b[91mERROR: No matching distribution\n\u001b[0m"}""", """{"stream":"half a "}""", """{"stream":"line\n"}""",
            """{"errorDetail":{"code":1,"message":"The command '/bin/sh -c pip install nothing' returned a non-zero code: 1"},"error":"The command"}""",
        ], false);
        var error = await run.FailAsync(new BuildImageStep(Options));

        Assert.Equal(
            $"The image '{Repository}:1.4.2' was not built: at step 2/3 'RUN pip install nothing': The command '/bin/sh -c pip install nothing' returned a non-zero code: 1\nThe step's last lines:\n  ERROR: No matching distribution\n  half a line",
            error.Message);
    }

    [Theory]
    [InlineData("""{"error":"toomanyrequests: You have reached your pull rate limit"}""", false)]
    [InlineData("""{"stream":"Step 1/3 : FROM debian\n"}""", false)]
    [InlineData("""{"stream":"Step 1/3 : FROM debian\n"}""", true)]
    public async Task A_build_that_says_nothing_of_its_end_is_a_failure(string line, bool breaksOff)
    {
        engine.Build = ([line], false);
        engine.BreaksOff = breaksOff;
        var error = await run.FailAsync(new BuildImageStep(Options));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Empty(engine.Images);
        Assert.Empty(run.Summary);
        if (!breaksOff)
            Assert.Equal($"The image '{Repository}:1.4.2' was not built: the output of the engine at http://{engine.Authority}/ broke off, and the image is not there. Look at the engine's own log, then run BuildImage again.", error.Message);
    }

    [Fact]
    public async Task An_image_for_another_processor_is_a_failure()
    {
        engine.Architecture = "arm64";
        var error = await run.FailAsync(new BuildImageStep(Options));

        Assert.StartsWith($"The image '{Repository}:1.4.2' was built for 'linux/arm64' instead of 'linux/amd64'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_named()
    {
        var (options, address) = (Options, engine.Authority);
        await engine.DisposeAsync();
        var error = await run.FailAsync(new BuildImageStep(options));

        Assert.StartsWith($"The Docker engine at http://{address}/ does not answer: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Start it, or name another one with --docker-endpoint or DOCKER_HOST.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_no_engine_is_a_wrong_setting()
    {
        var error = await run.FailAsync(new BuildImageStep(Options with { DockerEndpoint = "ssh://host" }));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.StartsWith("--docker-endpoint: an engine behind ssh:// cannot be used.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_records_the_digest_that_the_registry_confirms()
    {
        await run.RunAsync(new BuildImageStep(Options));
        await run.RunAsync(new PushImageStep(Options));

        var image = run.Release.Image!;
        Assert.Equal((Repository, "1.4.2"), (image.Repository, image.Tag));
        Assert.Equal(registry.Store("other", "x", "{}"), image.Digest);
        Assert.True(registry.Has("team/api", "1.4.2"));
        Assert.Contains($"changed      pushed the image '{Repository}:1.4.2' ({image.Digest})", run.Summary);
    }

    [Theory]
    [InlineData("""{"errorDetail":{"message":"denied: requested access"},"error":"denied"}""", ": denied: requested access")]
    [InlineData("""{"error":"denied"}""", ": the engine's answer broke off without a digest. Run PushImage again; what arrived is not sent twice.")]
    [InlineData("""{"status":"Pushing","progressDetail":{"current":1,"total":9},"id":"l1"}""", ": the engine's answer broke off without a digest. Run PushImage again; what arrived is not sent twice.")]
    public async Task A_push_without_a_digest_at_its_end_is_a_failure(string line, string why)
    {
        await run.RunAsync(new BuildImageStep(Options));
        engine.Push = (_, _) => [line];
        var error = await run.FailAsync(new PushImageStep(Options));

        Assert.Equal($"The image '{Repository}:1.4.2' was not pushed{why}", error.Message);
        Assert.Null(run.Release.Image);
    }

    [Fact]
    public async Task A_digest_that_the_registry_does_not_have_is_a_failure()
    {
        await run.RunAsync(new BuildImageStep(Options));
        engine.Push = (_, _) => ["""{"aux":{"Digest":"sha256:beef"}}"""];
        var error = await run.FailAsync(new PushImageStep(Options));

        Assert.Matches("' was pushed as 'sha256:beef', and the registry has no such tag. ", error.Message);
        Assert.Null(run.Release.Image);
    }

    [Fact]
    public async Task An_image_that_was_never_built_is_not_pushed()
    {
        var error = await run.FailAsync(new PushImageStep(Options));

        Assert.EndsWith($"is at the registry or at the engine at http://{engine.Authority}/. Run BuildImage with the same files and version first.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_another_image_is_refused_until_its_tag_may_move()
    {
        var other = registry.Store("team/api", "1.4.2", "{\"other\":1}");
        await run.RunAsync(new BuildImageStep(Options));
        var error = await run.FailAsync(new PushImageStep(Options));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith($"'{Repository}:1.4.2' is another image at the registry already ('{other}')", error.Message, StringComparison.Ordinal);

        await run.NextAsync();
        await run.RunAsync(new PushImageStep(Options with { OverwriteTag = true }));
        Assert.Contains($"changed      moved the tag '{Repository}:1.4.2' from {other} to {run.Release.Image!.Digest}", run.Summary);
    }

    private string Repository => $"{registry.Authority}/team/api";

    private ImageOptions Options => new()
    {
        RegistryUrl = registry.Authority,
        RegistryUser = "ann",
        RegistryPassword = new Secret("pass-word"),
        ImageRepository = "team/api",
        ImageContext = folder.Path,
        DockerEndpoint = $"http://{engine.Authority}",
    };
}
