using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Tests.Frontend;

namespace Pipeline.Tests.ObjectStores;

public sealed class StoreFailureTests : IAsyncLifetime
{
    private readonly LoopbackSiteStore store = new();

    public Task InitializeAsync() => store.StartAsync();

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task A_bucket_that_is_not_there() =>
        Assert.Equal(
            $"The bucket 'elsewhere' at http://{store.Authority}: there is no such bucket or object. Check its name, or create it.",
            await PutAsync(store.Options(".") with { FrontendBucket = "elsewhere" }));

    [Theory]
    [InlineData("AccessDenied")]
    [InlineData("InvalidAccessKeyId")]
    [InlineData("SignatureDoesNotMatch")]
    public async Task Credentials_that_are_wrong_or_not_enough(string code)
    {
        store.Refused = "page.html";
        store.RefusedWith = code;

        Assert.Equal(
            $"The bucket 'site' at http://{store.Authority}: these credentials may not use it ({code}). Check AWS_ACCESS_KEY_ID, AWS_PROFILE or the instance's role.",
            await PutAsync(store.Options(".")));
    }

    [Fact]
    public async Task A_question_that_is_denied_without_a_word()
    {
        store.Broken = (403, "AccessDenied");

        Assert.Equal(
            $"The bucket 'site' at http://{store.Authority}: these credentials may not use it (Forbidden). Check AWS_ACCESS_KEY_ID, AWS_PROFILE or the instance's role.",
            await PutAsync(store.Options(".")));
    }

    [Fact]
    public async Task A_bucket_in_another_region()
    {
        store.Broken = (301, "PermanentRedirect");

        Assert.Equal($"The bucket 'site' at http://{store.Authority}: it is in another region. Set StorageRegion.", await PutAsync(store.Options(".")));
    }

    [Fact]
    public async Task A_store_that_does_not_answer()
    {
        var (options, address) = (store.Options("."), store.Authority);
        await store.DisposeAsync();

        var sentence = await PutAsync(options);

        Assert.StartsWith($"The bucket 'site' at http://{address}: ", sentence, StringComparison.Ordinal);
        Assert.Contains("onnection refused", sentence, StringComparison.Ordinal);
    }

    private static async Task<string> PutAsync(FrontendOptions options)
    {
        using var bucket = new SiteBucket(options);
        return (await Assert.ThrowsAsync<FailureException>(() => bucket.PutAsync(new SiteFile("page.html", [1]), "page.html", default))).Message;
    }
}
