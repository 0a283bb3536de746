using System.Formats.Tar;
using Pipeline.Errors;
using Pipeline.Images;

namespace Pipeline.Tests.Images;

public sealed class BuildContextTests : IDisposable
{
    private readonly TemporaryFolder one = new();
    private readonly TemporaryFolder two = new();

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
    }

    [Fact]
    public async Task Two_clones_with_other_times_order_and_umask_are_the_same_context()
    {
        one.Write("Dockerfile", "FROM x");
        one.Write("app/a.py", "a");
        one.Write("app/run.sh", "#!/bin/sh", executable: true);
        two.Write("app/run.sh", "#!/bin/sh", executable: true);
        File.SetLastWriteTimeUtc(two.Write("app/a.py", "a"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        two.Write("Dockerfile", "FROM x");
        Directory.CreateDirectory(Path.Combine(two.Path, "app/__pycache__/empty"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(two.Path, "app/a.py"), UnixFileMode.UserRead | UnixFileMode.GroupWrite);

        Assert.Equal(await HashAsync(one), await HashAsync(two));
        Assert.Equal(await TarAsync(one), await TarAsync(two));
    }

    // A tag that machines search for is made of this value: it must survive new versions of this program and of .NET.
    [SkippableFact]
    public async Task The_hash_of_a_context_never_changes()
    {
        Skip.If(OperatingSystem.IsWindows(), "there every file is executable");
        one.Write("Dockerfile", "FROM x\n");
        one.Write("app/a.py", "a\n");

        Assert.Equal("1836fbbd75d45b68599a551768caf560bdcbce2d4caff49bf312cb026be1cde3", await HashAsync(one));
    }

    [Fact]
    public async Task A_long_name_is_sent_whole()
    {
        var name = new string('n', 180) + ".txt";
        one.Write(name, "x");

        Assert.Equal(name, Assert.Single(await EntriesAsync(one)).Name);
    }

    [Theory]
    [InlineData("app/a.py", "b")]
    [InlineData("app/b.py", "a")]
    [InlineData("Dockerfile", "FROM y")]
    public async Task Any_other_content_or_name_is_another_context(string path, string content)
    {
        foreach (var folder in (TemporaryFolder[])[one, two])
        {
            folder.Write("Dockerfile", "FROM x");
            folder.Write("app/a.py", "a");
        }

        two.Write(path, content);

        Assert.NotEqual(await HashAsync(one), await HashAsync(two));
    }

    [SkippableFact]
    public async Task The_executable_bit_counts()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows keeps no such bit");
        one.Write("run.sh", "x");
        two.Write("run.sh", "x", executable: true);

        Assert.NotEqual(await HashAsync(one), await HashAsync(two));
    }

    [Fact]
    public async Task Ignored_files_are_not_sent_but_the_two_files_that_the_engine_reads_are()
    {
        one.Write(".dockerignore", "**\n!app\n**/*.pyc\n");
        one.Write("Dockerfile", "FROM x");
        one.Write("notes.md", "x");
        one.Write("app/a.py", "a");
        one.Write("app/cache/a.pyc", "a");

        var names = BuildContext.Read(one.Path).Entries.Select(e => e.Path);

        Assert.Equal([".dockerignore", "Dockerfile", "app", "app/a.py"], names);
        Assert.Equal(4, (await EntriesAsync(one)).Count);
    }

    [Fact]
    public async Task An_entry_keeps_content_and_link_and_loses_owner_and_time()
    {
        one.Write("run.sh", "echo", executable: true);
        File.CreateSymbolicLink(Path.Combine(one.Path, "link"), "run.sh");
        Directory.CreateSymbolicLink(Path.Combine(one.Path, "loop"), ".");

        var entries = await EntriesAsync(one);

        Assert.Equal(["link", "loop", "run.sh"], entries.Select(e => e.Name));
        Assert.Equal("run.sh", entries[0].LinkName);
        Assert.Equal(TarEntryType.SymbolicLink, entries[1].EntryType);
        Assert.Equal("755", Convert.ToString((int)entries[2].Mode, 8));
        Assert.All(entries, e => Assert.Equal((0, 0, 1980), (e.Uid, e.Gid, e.ModificationTime.Year)));
    }

    [Fact]
    public void A_faulty_ignore_file_is_named_with_its_line()
    {
        one.Write(".dockerignore", "ok\n[a-\n");

        var error = Assert.Throws<UsageException>(() => BuildContext.Read(one.Path));
        Assert.Contains(".dockerignore' line 2: '[a-'", error.Message, StringComparison.Ordinal);
    }

    private static Task<string> HashAsync(TemporaryFolder folder) => BuildContext.Read(folder.Path).HashAsync(default);

    private static async Task<byte[]> TarAsync(TemporaryFolder folder)
    {
        using var tar = new MemoryStream();
        await BuildContext.Read(folder.Path).WriteAsync(tar, default);
        return tar.ToArray();
    }

    private static async Task<List<TarEntry>> EntriesAsync(TemporaryFolder folder)
    {
        using var reader = new TarReader(new MemoryStream(await TarAsync(folder)));
        var entries = new List<TarEntry>();
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
