using System.Text.Json.Nodes;

namespace Sandbox.Tests.Foreign;

/// <summary>The engine and the registry, with the programs <c>docker</c> and <c>skopeo</c>.</summary>
public sealed class ImageTests
{
    [SkippableFact]
    public async Task An_image_is_built_pushed_removed_and_pulled()
    {
        await using var bed = await ForeignBed.StartAsync("docker");
        var image = await bed.PushImageAsync("1");

        Assert.Matches(@"dataset-management/api\s+1\s+[0-9a-f]{12}\s", await bed.MustAsync("docker", "images"));
        Assert.Contains("APP_VERSION=1", await bed.MustAsync("docker", "inspect", image), StringComparison.Ordinal);
        await bed.MustAsync("docker", "tag", image, $"{bed.Registry}/copy:2");
        await bed.MustAsync("docker", "push", $"{bed.Registry}/copy:2");
        await bed.MustAsync("docker", "rmi", image, $"{bed.Registry}/copy:2");
        Assert.DoesNotContain(bed.Registry, await bed.MustAsync("docker", "images"), StringComparison.Ordinal);
        Assert.Contains("Status: Downloaded newer image", await bed.MustAsync("docker", "pull", $"{bed.Registry}/copy:2"), StringComparison.Ordinal);
        Assert.Contains("python3", await bed.MustAsync("docker", "inspect", "--format", "{{.Config.Cmd}}", $"{bed.Registry}/copy:2"), StringComparison.Ordinal);
        var (code, said) = await bed.RunAsync("docker", "inspect", "absent");
        Assert.NotEqual(0, code);
        Assert.Contains("No such object: absent", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_registrys_images_are_inspected_copied_and_listed()
    {
        await using var bed = await ForeignBed.StartAsync("docker", "skopeo");
        var image = await bed.PushImageAsync("1");

        var inspected = JsonNode.Parse(await bed.MustAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{image}"))!;
        await bed.MustAsync("skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{image}", $"docker://{bed.Registry}/other:9");
        await bed.MustAsync("skopeo", "copy", "--src-tls-verify=false", $"docker://{image}", $"dir:{Path.Combine(bed.Folder, "image")}");

        var copied = JsonNode.Parse(await bed.MustAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{bed.Registry}/other:9"))!;
        Assert.Equal((string?)inspected["Digest"], (string?)copied["Digest"]);
        Assert.Contains("\"9\"", await bed.MustAsync("skopeo", "list-tags", "--tls-verify=false", $"docker://{bed.Registry}/other"), StringComparison.Ordinal);
        Assert.Equal(((JsonArray)inspected["Layers"]!).Count + 3, Directory.GetFiles(Path.Combine(bed.Folder, "image")).Length);
    }
}
