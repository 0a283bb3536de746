using Pipeline.Migrations;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Migrations;

public sealed class MigrationFilesTests
{
    [Fact]
    public void Revisions_are_read_from_the_files_in_their_order()
    {
        using var folder = new TemporaryFolder();
        folder.Write("migrations/versions/a_second.py", "\"\"\"Adds files.\n\nMore.\"\"\"\nrevision = \"bbbb\"\ndown_revision = \"aaaa\"\n");
        folder.Write("migrations/versions/b_first.py", "\"\"\"Creates datasets.\"\"\"\nrevision: str = 'aaaa'\ndown_revision: str | None = None\n");
        folder.Write("migrations/versions/c_join.py", "revision = \"dddd\"\ndown_revision = (\"bbbb\", \"aaaa\")\n");

        var history = MigrationFiles.Read(folder.Path);

        Assert.Equal(["aaaa Creates datasets.", "bbbb Adds files.", "dddd "], history.Revisions.Select(r => $"{r.Id} {r.Doc}"));
        Assert.Equal("dddd", history.Head!.Id);
        Assert.Equal(["bbbb", "dddd"], history.After("aaaa").Select(r => r.Id));
    }
}
