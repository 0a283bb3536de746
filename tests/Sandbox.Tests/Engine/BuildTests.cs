using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Sandbox.Tests.Engine;

/// <summary>Building through the client that the pipeline uses.</summary>
public sealed class BuildTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    /// <inheritdoc />
    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    /// <inheritdoc />
    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_build_tells_its_steps_and_its_result()
    {
        var result = await bench.BuildAsync("FROM scratch\nCOPY a.txt ./\nCMD [\"a\"]\n", ("a.txt", "hi"));

        Assert.Null(result.Error);
        var id = result.Result("ID")!;
        Assert.Contains("Step 1/3 : FROM scratch\n ---> \nStep 2/3 : COPY a.txt ./\n ---> ", result.Output, StringComparison.Ordinal);
        Assert.EndsWith($"Successfully built {id[7..19]}\nSuccessfully tagged team/api:1\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(id, (await bench.Client.Images.InspectImageAsync("team/api:1")).ID);
    }

    [Fact]
    public async Task The_configuration_is_what_the_Dockerfile_says()
    {
        await bench.BuildAsync(new ImageBuildParameters
        {
            Tags = ["team/api:1"],
            Labels = new Dictionary<string, string> { ["by"] = "test" },
            BuildArgs = new Dictionary<string, string> { ["V"] = "2" },
            Platform = "linux/arm64",
        }, [("Dockerfile", """
            FROM scratch
            ARG V=1
            ARG W=${V:-none}x
            ENV A=$V B="x y" C=${NONE:-d}
            ENV OLD style $A
            LABEL l="1 2" m=$W
            WORKDIR /srv
            WORKDIR app
            USER 10001:10001
            EXPOSE 8080 90/udp
            VOLUME /data
            HEALTHCHECK --interval=1m30s CMD curl localhost
            STOPSIGNAL SIGINT
            ENTRYPOINT ["run"]
            CMD echo \
              # a comment between
              hi
            """)]);

        var image = await bench.Client.Images.InspectImageAsync("team/api:1");
        Assert.Equal(["A=2", "B=x y", "C=d", "OLD=style 2"], image.Config!.Env!.Skip(1));
        Assert.Equal(new Dictionary<string, string> { ["l"] = "1 2", ["m"] = "2x", ["by"] = "test" }, image.Config.Labels!.ToDictionary());
        Assert.Equal(("/srv/app", "10001:10001", "SIGINT"), (image.Config.WorkingDir, image.Config.User, image.Config.StopSignal));
        Assert.Equal(["8080/tcp", "90/udp"], image.Config.ExposedPorts!.Keys);
        Assert.Equal(["run"], image.Config.Entrypoint!);
        Assert.Equal(["/bin/sh", "-c"], image.Config.Cmd!.Take(2));
        Assert.Matches(@"^echo +hi$", image.Config.Cmd![2]);
        Assert.Equal(["CMD-SHELL", "curl localhost"], image.Config.Healthcheck!.Test!);
        Assert.Equal(("linux", "arm64"), (image.Os, image.Architecture));
    }

    [Fact]
    public async Task The_same_context_is_the_same_image_also_for_another_engine()
    {
        const string Dockerfile = "FROM scratch\nWORKDIR /srv\nCOPY . ./\n";
        var first = await bench.BuildAsync(Dockerfile, ("b", "2"), ("a", "1"));
        var again = await bench.BuildAsync(Dockerfile, ("b", "2"), ("a", "1"));
        await bench.RestartAsync(isEmpty: true);
        var elsewhere = await bench.BuildAsync(Dockerfile, ("a", "1"), ("b", "2"));
        var other = await bench.BuildAsync(Dockerfile, ("a", "1"), ("b", "3"));

        Assert.Equal((first.Result("ID"), first.Result("ID")), (again.Result("ID"), elsewhere.Result("ID")));
        Assert.Contains("Using cache", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Using cache", elsewhere.Output, StringComparison.Ordinal);
        Assert.NotEqual(first.Result("ID"), other.Result("ID"));
    }

    [Fact]
    public async Task Commands_are_recorded_and_it_is_said_once_that_they_are_not_run()
    {
        var result = await bench.BuildAsync("FROM scratch\nARG V=1\nRUN make one\nRUN make two\n");

        Assert.Equal(2, result.Output.Split("Recorded, not run").Length);
        var history = await bench.Client.Images.GetImageHistoryAsync("team/api:1");
        Assert.Equal(["|1 V=1 /bin/sh -c make two", "|1 V=1 /bin/sh -c make one"], history.Take(2).Select(h => h.CreatedBy));
    }

    [Fact]
    public async Task A_base_image_that_is_nowhere_is_replaced_by_an_empty_one_and_it_is_said()
    {
        var result = await bench.BuildAsync("FROM debian:bookworm-slim\nCOPY a /\n", ("a", "1"));

        Assert.Null(result.Error);
        Assert.Contains("an empty image stands for debian:bookworm-slim", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_image_is_pulled_from_the_registry_and_its_files_are_not_the_images_own()
    {
        var name = $"{bench.Registry.Host}/library/base";
        await bench.BuildAsync(new ImageBuildParameters { Tags = [$"{name}:1"] }, [("Dockerfile", "FROM scratch\nCOPY os /etc/\nENV PATH=/here"), ("os", "base")]);
        await bench.PushAsync(name, "1");
        await bench.RestartAsync(isEmpty: true);

        var result = await bench.BuildAsync("FROM base:1\nCOPY a /etc/\nCOPY --from=base:1 /etc/os /copy\n", ("a", "1"));

        Assert.Null(result.Error);
        var image = await bench.Client.Images.InspectImageAsync("team/api:1");
        Assert.Equal((3, "PATH=/here"), (image.RootFS!.Layers!.Count, image.Config!.Env!.Single()));
    }

    [Fact]
    public async Task A_stage_copies_from_another_and_a_target_ends_the_build()
    {
        const string Dockerfile = """
            ARG TAG=scratch
            FROM ${TAG} AS build
            COPY src/ /out/
            FROM scratch AS run
            COPY --from=build /out/app /srv/
            """;
        var whole = await bench.BuildAsync(Dockerfile, ("src/app", "1"), ("src/other", "2"));
        var part = await bench.BuildAsync(
            new ImageBuildParameters { Tags = ["team/part:1"], Target = "build" }, [("Dockerfile", Dockerfile), ("src/app", "1"), ("src/other", "2")]);

        Assert.Null(whole.Error);
        Assert.Equal(["srv/app"], await FilesAsync("team/api:1"));
        Assert.Null(part.Error);
        Assert.Equal(["out/app", "out/other"], await FilesAsync("team/part:1"));
    }

    [Theory]
    [InlineData("COPY a.txt x", "x")]
    [InlineData("COPY a.txt x/", "x/a.txt")]
    [InlineData("WORKDIR /srv\nCOPY a.txt .", "srv/a.txt")]
    [InlineData("WORKDIR /srv\nCOPY a.txt /srv", "srv/a.txt")]
    [InlineData("COPY d /t", "t/b.txt t/sub/c.txt")]
    [InlineData("COPY d/*.txt a.txt /t/", "t/a.txt t/b.txt")]
    [InlineData("COPY [\"with space\", \"/t/\"]", "t/with space")]
    [InlineData("COPY link /l", "l")]
    [InlineData("COPY ?.txt /", "a.txt")]
    public async Task Files_go_where_the_builder_puts_them(string instruction, string expected)
    {
        var result = await bench.BuildAsync($"FROM scratch\n{instruction}\n",
            ("a.txt", "1"), ("d/b.txt", "2"), ("d/sub/c.txt", "3"), ("with space", "4"), ("link", "-> a.txt"));

        Assert.Null(result.Error);
        Assert.Equal(expected, string.Join(' ', await FilesAsync("team/api:1")));
    }

    [Fact]
    public async Task The_Dockerfile_stays_out_of_the_image_when_it_is_ignored()
    {
        await bench.BuildAsync("FROM scratch\nCOPY . /\n", (".dockerignore", "Dockerfile\n.dockerignore\n"), ("a", "1"));

        Assert.Equal(["a"], await FilesAsync("team/api:1"));
    }

    [Fact]
    public async Task Arguments_that_nobody_declared_are_named()
    {
        var result = await bench.BuildAsync(
            new ImageBuildParameters { BuildArgs = new Dictionary<string, string> { ["UNUSED"] = "1" } }, [("Dockerfile", "FROM scratch\nLABEL a=1")]);

        Assert.Contains("[Warning] One or more build-args [UNUSED] were not consumed\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM scratch\n\nFORM x\n", "dockerfile parse error line 3: unknown instruction: FORM")]
    [InlineData("COPY a /\nFROM scratch\n", "no build stage in current context")]
    [InlineData("# only\n", "failed to parse Dockerfile: file with no instructions")]
    [InlineData("", "the Dockerfile (Dockerfile) cannot be empty")]
    [InlineData("FROM\n", "dockerfile parse error line 1: FROM requires either one or three arguments")]
    [InlineData("FROM scratch\nCOPY --zork=1 a /\n", "dockerfile parse error line 2: Unknown flag: zork")]
    [InlineData("FROM scratch\nCOPY <<EOF /x\nhi\nEOF\n", "dockerfile parse error line 2: COPY with a here-document ('<<') requires BuildKit, which this engine does not have")]
    [InlineData("FROM scratch\nENV A\n", "failed to parse Dockerfile: ENV must have two arguments")]
    [InlineData("FROM scratch\nHEALTHCHECK FOO\n", "dockerfile parse error line 2: Unknown type \"FOO\" in HEALTHCHECK (try CMD)")]
    [InlineData("FROM scratch\nUSER\n", "dockerfile parse error line 2: USER requires exactly one argument")]
    public async Task A_Dockerfile_that_cannot_be_read_is_refused_before_the_build(string dockerfile, string message)
    {
        var error = await Assert.ThrowsAnyAsync<DockerApiException>(() => bench.BuildAsync(dockerfile));

        Assert.Equal(message, $"{JsonNode.Parse(error.ResponseBody!)!["message"]}");
    }

    [Theory]
    [InlineData("COPY nope /", "COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist")]
    [InlineData("COPY nope* /", "COPY failed: no source files were specified")]
    [InlineData("COPY ../x /", "COPY failed: forbidden path outside the build context: ../x ()")]
    [InlineData("COPY a.txt Dockerfile /x", "When using COPY with more than one source file, the destination must be a directory and end with a /")]
    [InlineData("COPY --from=0 a.txt /x", "invalid from flag value 0: refers to current build stage")]
    [InlineData("ENV A=${B:?oops}", "failed to process \"${B:?oops}\": B: oops")]
    [InlineData("ENV A=\"x", "failed to process \"\\\"x\": unexpected end of statement while looking for matching double-quote")]
    [InlineData("EXPOSE abc", "Invalid containerPort: abc")]
    [InlineData("STOPSIGNAL ABC", "Invalid signal: ABC")]
    public async Task A_step_that_fails_ends_the_build_with_the_builders_words(string instruction, string message)
    {
        var result = await bench.BuildAsync($"FROM scratch\n{instruction}\n", ("a.txt", "1"));

        Assert.Equal(message, result.Error);
        Assert.Null(result.Result("ID"));
    }

    [Fact]
    public async Task A_missing_base_image_at_a_registry_of_this_machine_fails()
    {
        var result = await bench.BuildAsync($"FROM {bench.Registry.Host}/nothing:1\n");

        Assert.Equal($"manifest for {bench.Registry.Host}/nothing:1 not found: manifest unknown: manifest unknown", result.Error);
    }

    [Fact]
    public async Task A_full_disk_fails_the_build()
    {
        bench.Faults.On(new Pipeline.Sandbox.Faults.Fault("disk-full-build"));

        Assert.EndsWith("no space left on device", (await bench.BuildAsync("FROM scratch\nCOPY a /\n", ("a", "1"))).Error, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> FilesAsync(string name)
    {
        var at = $"{bench.Registry.Host}/files/{name.Split(':')[0]}";
        await bench.Client.Images.TagImageAsync(name, new ImageTagParameters { RepositoryName = at, Tag = "1" });
        Assert.Null((await bench.PushAsync(at, "1")).Error);
        return (await bench.Registry.Images.ReadAsync($"{at}:1", default)).Files.Keys.Order(StringComparer.Ordinal);
    }
}
