using System.Text.Json.Nodes;
using Pipeline.Environments;
using Pipeline.Errors;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Environments;

public sealed class InitStepTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder root = new();
    private StepRun run = null!;

    private string Profile => Path.Combine(root.Path, ".nuke", "parameters.test.json");

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        Directory.CreateDirectory(Path.Combine(root.Path, ".nuke"));
        run = await StepRun.StartAsync(cluster.Options);
        run.Settings = o => o with { Root = root.Path };
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        root.Dispose();
        await cluster.DisposeAsync();
    }

    [SkippableFact]
    public async Task It_writes_the_pins_and_the_settings_and_no_secret()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await run.RunAsync(Step(postgres.AddressOf("postgres")));

        Assert.Equal(
            new JsonObject
            {
                ["$schema"] = "build.schema.json",
                ["EnvironmentName"] = "test",
                ["ClusterUid"] = LoopbackCluster.Uid,
                ["DatabaseName"] = "postgres",
                ["DatabaseSystemIdentifier"] = postgres.SystemIdentifier,
                ["KubeContext"] = "loopback",
                ["RegistryUrl"] = "",
            }.ToJsonString(),
            JsonNode.Parse(await File.ReadAllTextAsync(Profile))!.ToJsonString());
        Assert.DoesNotContain(TemporaryPostgres.Password, await File.ReadAllTextAsync(Profile), StringComparison.Ordinal);
        Assert.Equal([$"changed      '{Profile}' was written. Fill in what is still empty, then: ./build.sh Preflight --profile test"], run.Summary);
    }

    [Fact]
    public async Task A_profile_that_exists_is_left_alone()
    {
        await File.WriteAllTextAsync(Profile, "{}");
        var error = await run.FailAsync(Step("postgresql://u:hunter22@127.0.0.1:1/dataset"));

        Assert.Equal((ExitCode.Refused, $"'{Profile}' exists already. Change it by hand, or delete it first."), (error.ExitCode, error.Message));
        Assert.Equal("{}", await File.ReadAllTextAsync(Profile));
    }

    [Fact]
    public async Task A_cluster_whose_identity_may_not_be_read_is_refused()
    {
        cluster.Forbidden.Add("api/v1/namespaces/kube-system");
        var error = await run.FailAsync(Step("postgresql://u:hunter22@127.0.0.1:1/dataset"));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.False(File.Exists(Profile));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_leaves_no_profile_behind()
    {
        var error = await run.FailAsync(Step("postgresql://u:hunter22@127.0.0.1:1/dataset"));

        Assert.DoesNotContain("hunter22", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Profile));
    }

    [Theory]
    [InlineData("../production")]
    [InlineData(@"..\production")]
    [InlineData("my environment")]
    [InlineData("produktion-")]
    public async Task A_name_that_cannot_be_a_label_is_refused(string name)
    {
        run.Settings = o => o with { Root = root.Path, EnvironmentName = name };
        var error = await run.FailAsync(Step("postgresql://u:hunter22@127.0.0.1:1/dataset"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Equal($"--environment-name: '{name}' cannot name an environment. Use up to 63 letters, digits, '.', '-' and '_', beginning and ending with a letter or digit.", error.Message);
    }

    private static InitStep Step(string database) =>
        new(Secret.From(database), new Dictionary<string, string?> { ["KubeContext"] = "loopback", ["RegistryUrl"] = null });
}
