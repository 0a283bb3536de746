using CliWrap;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Releases;

public sealed class SourceTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder repository = new();

    public async Task InitializeAsync()
    {
        await GitAsync("init", "--quiet");
        repository.Write("file", "content");
        await GitAsync("add", "file");
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=first");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => repository.Dispose();

    [Fact]
    public async Task The_version_is_the_tag()
    {
        await GitAsync("tag", "v1.4.2");
        var source = await ReadAsync();

        Assert.Equal(("v1.4.2", false), (source.Version, source.IsDirty));
        Assert.Matches("^[0-9a-f]{40}$", source.Commit);
    }

    [Fact]
    public async Task Without_a_tag_it_is_the_commit()
    {
        var source = await ReadAsync();

        Assert.StartsWith(source.Version, source.Commit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_version_is_taken() => Assert.Equal("1.5.0", (await ReadAsync(" 1.5.0 ")).Version);

    [Theory]
    [InlineData("1.5.0+build")]
    [InlineData("-1.5.0")]
    [InlineData("1.5.")]
    [InlineData("release/1.5")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_version_that_cannot_be_an_image_tag_is_refused(string version)
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync(version));

        Assert.Equal($"--release-version: '{version}' cannot be an image tag. Use up to 63 letters, digits, '.', '-' and '_', beginning and ending with a letter or digit.", error.Message);
    }

    [Fact]
    public async Task Uncommitted_changes_are_refused_unless_allowed()
    {
        repository.Write("file", "changed");
        var source = await ReadAsync();

        Assert.Equal(
            "The working tree has uncommitted changes, so no commit says what would be released. Commit them, or, on a test bed, pass --allow-dirty.",
            Assert.Throws<UsageException>(() => source.RefuseDirty(Options(null))).Message);
        source.RefuseDirty(Options(null) with { AllowDirty = true });
    }

    [Fact]
    public async Task A_file_that_git_does_not_know_is_no_change()
    {
        repository.Write("notes.txt", "");

        Assert.False((await ReadAsync()).IsDirty);
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_is_named()
    {
        using var plain = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<UsageException>(() => Source.ReadAsync(new ReleaseOptions { Root = plain.Path }, default));

        Assert.StartsWith($"'git rev-parse --verify HEAD' failed in '{plain.Path}': fatal: not a git repository", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_a_commit_says_so()
    {
        using var empty = new TemporaryFolder();
        await Cli.Wrap("git").WithArguments(["-C", empty.Path, "init", "--quiet"]).ExecuteAsync();
        var error = await Assert.ThrowsAsync<UsageException>(() => Source.ReadAsync(new ReleaseOptions { Root = empty.Path }, default));

        Assert.Equal($"The repository '{empty.Path}' has no commit yet, so nothing says what would be released. Commit first.", error.Message);
    }

    private Task<Source> ReadAsync(string? version = null) => Source.ReadAsync(Options(version), default);

    private ReleaseOptions Options(string? version) => new() { Root = repository.Path, ReleaseVersion = version };

    private Task GitAsync(params string[] arguments) => Cli.Wrap("git").WithArguments(["-C", repository.Path, .. arguments]).ExecuteAsync();
}
