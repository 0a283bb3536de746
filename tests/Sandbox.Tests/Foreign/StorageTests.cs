namespace Sandbox.Tests.Foreign;

/// <summary>The bucket and the CDN in front of it, with the program <c>aws</c>.</summary>
public sealed class StorageTests : IAsyncLifetime
{
    private ForeignBed bed = null!;

    public async Task InitializeAsync() => bed = await ForeignBed.StartAsync("aws");

    public async Task DisposeAsync()
    {
        if (bed is not null)
            await bed.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_site_is_published_and_replaced_at_the_edge_once_it_is_invalidated()
    {
        using var browser = new HttpClient { BaseAddress = new Uri(bed.Parameter("SiteUrl")) };
        var (site, bucket, distribution) = (Directory.CreateDirectory(Path.Combine(bed.Folder, "site")).FullName, $"s3://{bed.Parameter("FrontendBucket")}", bed.Parameter("CdnDistributionId"));
        await File.WriteAllTextAsync(Path.Combine(site, "page.html"), "one");
        await StoreAsync("s3", "sync", site, bucket, "--cache-control", "max-age=600");
        Assert.Matches(@"3 page\.html", await StoreAsync("s3", "ls", bucket));
        Assert.Equal("one", await browser.GetStringAsync("/page.html"));
        await File.WriteAllTextAsync(Path.Combine(site, "page.html"), "second");
        await StoreAsync("s3", "cp", Path.Combine(site, "page.html"), $"{bucket}/page.html");
        Assert.Equal("one", await browser.GetStringAsync("/page.html"));

        var id = await CdnAsync("create-invalidation", "--distribution-id", distribution, "--paths", "/page.html", "--query", "Invalidation.Id", "--output", "text");
        await CdnAsync("wait", "invalidation-completed", "--distribution-id", distribution, "--id", id);

        Assert.Contains("\"Status\": \"Completed\"", await CdnAsync("get-invalidation", "--distribution-id", distribution, "--id", id, "--output", "json"), StringComparison.Ordinal);
        Assert.Contains(id, await CdnAsync("list-invalidations", "--distribution-id", distribution, "--output", "json"), StringComparison.Ordinal);
        Assert.Equal("second", await browser.GetStringAsync("/page.html"));
        await StoreAsync("s3", "rm", bucket, "--recursive");
        Assert.Equal("", await StoreAsync("s3", "ls", bucket));
    }

    [SkippableFact]
    public async Task A_key_is_written_once_when_that_is_the_condition()
    {
        var bucket = bed.Parameter("BackupBucket");
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "body"), "text");
        string[] put = ["--endpoint-url", bed.Parameter("StorageEndpoint"), "s3api", "put-object", "--bucket", bucket, "--key", "once", "--body", "body", "--if-none-match", "*"];

        await bed.MustAsync("aws", put);
        var (code, said) = await bed.RunAsync("aws", put);

        Assert.NotEqual(0, code);
        Assert.Contains("PreconditionFailed", said, StringComparison.Ordinal);
        Assert.Contains("\"ContentLength\": 4", await StoreAsync("s3api", "head-object", "--bucket", bucket, "--key", "once", "--output", "json"), StringComparison.Ordinal);
    }

    private Task<string> StoreAsync(params string[] arguments) => bed.MustAsync("aws", ["--endpoint-url", bed.Parameter("StorageEndpoint"), .. arguments]);

    private Task<string> CdnAsync(params string[] arguments) => bed.MustAsync("aws", ["--endpoint-url", bed.Parameter("CdnEndpoint"), "cloudfront", .. arguments]);
}
