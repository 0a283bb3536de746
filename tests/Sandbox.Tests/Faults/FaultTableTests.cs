using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Faults;

public sealed class FaultTableTests
{
    // Set to 1, the test writes the table instead of comparing it.
    private const string Write = "PIPELINE_WRITE_DOCUMENTS";

    [Fact]
    public void The_table_in_the_documents_is_the_catalog()
    {
        var file = Path.Combine(RepositoryRoot.Path, "docs", "targets.md");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var begin = text.IndexOf(FaultTable.Begin, StringComparison.Ordinal);
        var end = text.IndexOf(FaultTable.End, StringComparison.Ordinal) + FaultTable.End.Length;

        if (Environment.GetEnvironmentVariable(Write) == "1")
            File.WriteAllText(file, text[..begin] + FaultTable.Markdown() + text[end..]);
        else
            Assert.Equal(FaultTable.Markdown(), text[begin..end]);
    }

    [Fact]
    public void Every_fault_is_named_once_and_says_what_happens()
    {
        Assert.Equal(FaultCatalog.All.Count, FaultCatalog.All.DistinctBy(f => f.Name).Count());
        Assert.All(FaultCatalog.All, f => Assert.True(f is { Does.Length: > 0, Expected.Length: > 0, Says.Length: > 0 }, f.Name));
    }
}
