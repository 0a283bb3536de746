using System.Security.Cryptography;
using Pipeline.Backups;

namespace Pipeline.Tests.Backups;

public sealed class HashedFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-hashed-");

    private string Path => System.IO.Path.Combine(folder.FullName, "dump");

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Nobody_else_may_read_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes");
        await using var file = new HashedFile(Path, _ => { });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task It_knows_the_hash_and_the_size_of_what_was_written()
    {
        var content = RandomNumberGenerator.GetBytes((1 << 20) + 7);
        var progress = new List<long>();
        await using (var file = new HashedFile(Path, progress.Add))
        {
            await file.CopyFromAsync(new MemoryStream(content), default);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), file.Sha256);
            Assert.Equal(content.Length, file.SizeBytes);
        }

        Assert.Equal(content, await File.ReadAllBytesAsync(Path));
        Assert.Equal([1 << 20, content.Length], progress);
    }

    [Fact]
    public async Task It_never_writes_over_another_file()
    {
        await File.WriteAllTextAsync(Path, "precious");

        Assert.Throws<IOException>(() => new HashedFile(Path, _ => { }));
    }
}
