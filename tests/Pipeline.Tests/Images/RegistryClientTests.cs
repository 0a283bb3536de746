using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Settings;

namespace Pipeline.Tests.Images;

public sealed class RegistryClientTests
{
    private const string Repository = "team/api";
    private static readonly RegistryLogin Right = new("ann", new Secret("pass-word"));
    private static readonly RegistryLogin Wrong = new("ann", new Secret("wrong-word"));

    [Fact]
    public async Task A_tag_has_the_digest_that_the_registry_says()
    {
        await using var registry = await StartAsync(new LoopbackRegistry());
        var digest = registry.Store(Repository, "1.0", "{}");
        using var client = Client(registry, null);

        Assert.Equal(digest, await client.FindDigestAsync("1.0", default));
        Assert.Null(await client.FindDigestAsync("2.0", default));
    }

    [Fact]
    public async Task A_registry_that_says_no_digest_is_asked_for_the_manifest()
    {
        await using var registry = await StartAsync(new LoopbackRegistry { HidesDigest = true });
        var digest = registry.Store(Repository, "1.0", "{}");
        using var client = Client(registry, null);

        Assert.Equal(digest, await client.FindDigestAsync("1.0", default));
    }

    [Fact]
    public async Task Writing_gets_a_token_of_its_own()
    {
        await using var registry = await StartAsync(new LoopbackRegistry { Password = "ann:pass-word" });
        var digest = registry.Store(Repository, "inputs-1", "{}");
        using var client = Client(registry, Right);

        await client.PingAsync(default);
        Assert.Equal(digest, await client.FindDigestAsync("inputs-1", default));
        await client.TagAsync(digest, "1.0", default);

        Assert.True(registry.Has(Repository, "1.0"));
        Assert.Equal(["", "repository:team/api:pull", "repository:team/api:pull,push"], registry.Scopes);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged()
    {
        await using var registry = await StartAsync(new LoopbackRegistry { Password = "identity" });
        using var client = Client(registry, new RegistryLogin("<token>", null, new Secret("identity")));

        await client.PingAsync(default);

        Assert.Null(await client.FindDigestAsync("1.0", default));
    }

    [Fact]
    public async Task A_registry_without_tokens_gets_the_password()
    {
        await using var registry = await StartAsync(new LoopbackRegistry { Password = "ann:pass-word", Basic = true });
        using var client = Client(registry, Right);

        await client.PingAsync(default);

        Assert.Null(await client.FindDigestAsync("1.0", default));
    }

    [Theory]
    [InlineData(true, false, "the account 'ann'")]
    [InlineData(true, true, "the account 'ann'")]
    [InlineData(false, false, "an anonymous request")]
    [InlineData(false, true, "an anonymous request")]
    public async Task A_refused_login_is_named_without_its_password(bool hasLogin, bool basic, string who)
    {
        await using var registry = await StartAsync(new LoopbackRegistry { Password = "ann:pass-word", Basic = basic });
        using var client = Client(registry, hasLogin ? Wrong : null);

        var error = await Assert.ThrowsAsync<FailureException>(() => client.PingAsync(default));

        Assert.Equal($"The registry '{registry.Authority}' refused {who} the check of its API (401 authentication required). "
            + $"Run 'docker login {registry.Authority}', or set PIPELINE_REGISTRY_USER and PIPELINE_REGISTRY_PASSWORD.", error.Message);
    }

    [Fact]
    public async Task A_short_outage_is_waited_for()
    {
        await using var registry = await StartAsync(new LoopbackRegistry { Failures = 1 });
        using var client = Client(registry, null);

        await client.PingAsync(default);

        Assert.Equal(2, registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        using var client = new RegistryClient(new RegistryAddress("127.0.0.1:1", Repository), null);

        var error = await Assert.ThrowsAsync<FailureException>(() => client.PingAsync(default));

        Assert.StartsWith("The registry '127.0.0.1:1' does not answer at http://127.0.0.1:1/v2/: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Is --registry-url right?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5000/team/api", "http://localhost:5000/v2/", "team/api", "localhost:5000")]
    [InlineData("127.0.0.2:5000/api", "http://127.0.0.2:5000/v2/", "api", "127.0.0.2:5000")]
    [InlineData("[::1]:5000/api", "http://[::1]:5000/v2/", "api", "[::1]:5000")]
    [InlineData("registry.example.com/a/b/c", "https://registry.example.com/v2/", "a/b/c", "registry.example.com")]
    [InlineData("localhost.example.com/a", "https://localhost.example.com/v2/", "a", "localhost.example.com")]
    [InlineData("docker.io/debian", "https://registry-1.docker.io/v2/", "library/debian", "https://index.docker.io/v1/")]
    public void Only_a_registry_on_this_machine_is_asked_without_TLS(string name, string api, string repository, string key)
    {
        var address = RegistryAddress.Of(name);

        Assert.Equal((api, repository, key), (address.Api.ToString(), address.Repository, address.LoginKey));
    }

    private static RegistryClient Client(LoopbackRegistry registry, RegistryLogin? login) => new(new RegistryAddress(registry.Authority, Repository), login);

    private static async Task<LoopbackRegistry> StartAsync(LoopbackRegistry registry)
    {
        await registry.StartAsync();
        return registry;
    }
}
