using Build.Tests.Running;

namespace Build.Tests.Architecture;

public sealed class FileSizeTests
{
    private const int Most = 350;
    private static readonly string[] Folders = ["build", "src", "tests"];
    private static readonly string[] Patterns = ["*.cs", "*.py", "*.ts", "*.ps1", "*.sh"];

    [Fact]
    public void No_file_is_longer_than_a_person_reads_in_one_go()
    {
        var files = Folders.SelectMany(folder => Patterns.SelectMany(p => Repository.Files(folder, p))).Append("build.sh").Append("build.ps1").ToList();

        Assert.Contains("build/Build.cs", files);
        Assert.All(files, f => Assert.True(Repository.Read(f).TrimEnd().Split('\n').Length <= Most, f));
    }
}
