using Sandbox.Tests.ObjectStore;

namespace Sandbox.Tests.Cdn;

public sealed class AwsProgramTests : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private CdnBed bed = null!;

    public async Task InitializeAsync() => bed = await CdnBed.StartAsync();

    public async Task DisposeAsync()
    {
        await bed.DisposeAsync();
        folder.Dispose();
    }

    [SkippableFact]
    public async Task Paths_are_invalidated_and_the_invalidation_is_found()
    {
        var id = (await AwsAsync("create-invalidation", "--paths", "/index.html", "/docs/*", "--query", "Invalidation.Id", "--output", "text")).Trim();

        Assert.Contains("/docs/*", await AwsAsync("get-invalidation", "--id", id, "--output", "json"), StringComparison.Ordinal);
        Assert.Contains(id, await AwsAsync("list-invalidations", "--output", "json"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_distribution_is_described()
    {
        Assert.Contains("\"Status\": \"Deployed\"", await AwsProgram.RunAsync(bed.Server.ApiAddress, folder.Path, "cloudfront", "get-distribution", "--id", CdnBed.DistributionId, "--output", "json"), StringComparison.Ordinal);
        Assert.Contains("\"DefaultTTL\": 86400", await AwsProgram.RunAsync(bed.Server.ApiAddress, folder.Path, "cloudfront", "get-distribution-config", "--id", CdnBed.DistributionId, "--output", "json"), StringComparison.Ordinal);
        Assert.Contains(CdnBed.DistributionId, await AwsProgram.RunAsync(bed.Server.ApiAddress, folder.Path, "cloudfront", "list-distributions", "--output", "json"), StringComparison.Ordinal);
    }

    private Task<string> AwsAsync(string command, params string[] arguments) =>
        AwsProgram.RunAsync(bed.Server.ApiAddress, folder.Path, ["cloudfront", command, "--distribution-id", CdnBed.DistributionId, .. arguments]);
}
