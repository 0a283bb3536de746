using System.Text;
using Pipeline.Errors;
using Pipeline.Images;

namespace Pipeline.Tests.Images;

public sealed class DockerLoginsTests : IDisposable
{
    private static readonly string Auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:pass:word"));
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("registry.example.com/team", "registry.example.com")]
    [InlineData("registry.example.com/team", "https://registry.example.com/v1/")]
    [InlineData("registry.example.com/team", "https://registry.example.com")]
    [InlineData("localhost:5000/team", "localhost:5000")]
    [InlineData("docker.io/team", "https://index.docker.io/v1/")]
    public async Task A_stored_login_is_found_under_every_way_to_write_the_registry(string name, string key)
    {
        var login = await FindAsync(name, $$$"""{"auths":{"other.example.com":{"auth":"eDp5"},"{{{key}}}":{"auth":"{{{Auth}}}"} } }""");

        Assert.Equal(("ann", "pass:word"), (login!.User, login.Password!.Reveal()));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"auths":{}}""")]
    [InlineData("""{"auths":{"other.example.com":{"auth":"eDp5"}}}""")]
    [InlineData("""{"auths":{"registry.example.com":{}}}""")]
    public async Task Nothing_stored_is_no_login(string json) => Assert.Null(await FindAsync("registry.example.com/a", json));

    [Fact]
    public async Task An_identity_token_is_no_password()
    {
        var login = await FindAsync("registry.example.com/a", $$$"""{"auths":{"registry.example.com":{"auth":"{{{Auth}}}","identitytoken":"tok"} } }""");

        Assert.Null(login!.Password);
        Assert.Equal("tok", login.IdentityToken!.Reveal());
    }

    [Theory]
    [InlineData("""{"auths":""")]
    [InlineData("""{"auths":{"registry.example.com":{"auth":"%%%"}}}""")]
    public async Task A_damaged_file_is_named(string json)
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => FindAsync("registry.example.com/a", json));
        Assert.Contains(Path.Combine(folder.Path, "config.json"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_helper_is_named()
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => FindAsync("registry.example.com/a", """{"credsStore":"not-installed-here"}"""));
        Assert.StartsWith("The login for 'registry.example.com' is kept by 'docker-credential-not-installed-here', which was not found.", error.Message, StringComparison.Ordinal);
    }

    private Task<RegistryLogin?> FindAsync(string name, string json)
    {
        folder.Write("config.json", json);
        return new DockerLogins(folder.Path).FindAsync(RegistryAddress.Of(name), default);
    }
}
