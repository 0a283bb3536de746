namespace Sandbox.Tests.ObjectStore;

public sealed class AwsProgramTests : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync();

    public async Task DisposeAsync()
    {
        await bed.DisposeAsync();
        folder.Dispose();
    }

    [SkippableFact]
    public async Task A_folder_is_synchronised_there_and_back()
    {
        var site = Directory.CreateDirectory(Path.Combine(folder.Path, "site", "assets")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(site, "index.html"), "<p>one</p>");
        await File.WriteAllTextAsync(Path.Combine(site, "assets", "a & b +c.js"), "1");
        await AwsAsync("s3", "sync", site, $"s3://{StoreBed.Bucket}/site", "--cache-control", "no-cache", "--delete");
        Assert.Equal(["site/assets/a & b +c.js", "site/index.html"], bed.Server.Buckets.Get(StoreBed.Bucket).Objects.Keys);
        Assert.Equal("no-cache", bed.Server.Buckets.Get(StoreBed.Bucket).Find("site/index.html")!.Headers["cache-control"]);

        File.Delete(Path.Combine(site, "assets", "a & b +c.js"));
        Assert.Contains("delete: s3://a-bucket/site/assets/a & b +c.js", await AwsAsync("s3", "sync", site, $"s3://{StoreBed.Bucket}/site", "--delete"), StringComparison.Ordinal);
        await AwsAsync("s3", "sync", $"s3://{StoreBed.Bucket}/site", Path.Combine(folder.Path, "back"));
        Assert.Equal("<p>one</p>", await File.ReadAllTextAsync(Path.Combine(folder.Path, "back", "index.html")));
        Assert.Contains("PRE site/", await AwsAsync("s3", "ls", $"s3://{StoreBed.Bucket}"), StringComparison.Ordinal);
        await AwsAsync("s3", "rm", $"s3://{StoreBed.Bucket}/site", "--recursive");
        Assert.Empty(bed.Server.Buckets.Get(StoreBed.Bucket).Objects);
    }

    [SkippableFact]
    public async Task A_large_file_goes_in_parts()
    {
        var file = Path.Combine(folder.Path, "large");
        var content = new byte[20 << 20];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(file, content);
        await AwsAsync("s3", "cp", file, $"s3://{StoreBed.Bucket}/large");
        await AwsAsync("s3", "cp", $"s3://{StoreBed.Bucket}/large", $"s3://{StoreBed.Bucket}/again");
        await AwsAsync("s3", "cp", $"s3://{StoreBed.Bucket}/again", $"{file}.back");

        Assert.Equal(content, await File.ReadAllBytesAsync($"{file}.back"));
        Assert.EndsWith("-3", bed.Server.Buckets.Get(StoreBed.Bucket).Find("again")!.ETag, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_plain_commands_work()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "body"), "text");
        await AwsAsync("s3api", "create-bucket", "--bucket", "another");
        await AwsAsync("s3api", "put-object", "--bucket", "another", "--key", "k", "--body", "body", "--metadata", "a=b", "--checksum-algorithm", "SHA256");
        Assert.Contains("\"a\": \"b\"", await AwsAsync("s3api", "head-object", "--bucket", "another", "--key", "k"), StringComparison.Ordinal);
        Assert.Contains("\"KeyCount\": 1", await AwsAsync("s3api", "list-objects-v2", "--bucket", "another", "--no-paginate", "--output", "json"), StringComparison.Ordinal);
        await AwsAsync("s3api", "get-object", "--bucket", "another", "--key", "k", "--range", "bytes=1-2", "got");
        await AwsAsync("s3api", "delete-object", "--bucket", "another", "--key", "k");
        await AwsAsync("s3api", "delete-bucket", "--bucket", "another");

        Assert.Equal("ex", await File.ReadAllTextAsync(Path.Combine(folder.Path, "got")));
        Assert.Null(bed.Server.Buckets.Find("another"));
    }

    private Task<string> AwsAsync(params string[] arguments) => AwsProgram.RunAsync(bed.Server.Address, folder.Path, arguments);
}
