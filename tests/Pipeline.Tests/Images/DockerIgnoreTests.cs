using Pipeline.Images;

namespace Pipeline.Tests.Images;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("node_modules", "node_modules", true)]
    [InlineData("node_modules", "node_modules/a/b.js", true)]
    [InlineData("node_modules", "web/node_modules", false)]
    [InlineData("**/node_modules", "node_modules", true)]
    [InlineData("**/node_modules", "web/deep/node_modules/a.js", true)]
    [InlineData("*.md", "README.md", true)]
    [InlineData("*.md", "docs/README.md", false)]
    [InlineData("*.md", "README.md.txt", false)]
    [InlineData("**/*.pyc", "a.pyc", true)]
    [InlineData("**/*.pyc", "app/models/a.pyc", true)]
    [InlineData("docs/**", "docs/a/b.md", true)]
    [InlineData("docs/**", "docs", false)]
    [InlineData("docs/**", "docsite/a", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("*/temp*", "x/temporary.txt", true)]
    [InlineData("*/temp*", "x/y/temporary.txt", false)]
    [InlineData("temp?", "temps", true)]
    [InlineData("temp?", "temp", false)]
    [InlineData("temp?", "temp/", false)]
    [InlineData("/build", "build/x", true)]
    [InlineData("build/", "build/x", true)]
    [InlineData("./build//out/../out", "build/out/x", true)]
    [InlineData("  build  ", "build", true)]
    [InlineData("# comment", "# comment", false)]
    [InlineData(" #literal", "#literal", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a+(b){c}|$", "a+(b){c}|$", true)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[a-c].txt", "d.txt", false)]
    [InlineData("[^a-c].txt", "d.txt", true)]
    [InlineData(@"\*.txt", "*.txt", true)]
    [InlineData(@"\*.txt", "a.txt", false)]
    [InlineData("*\n!keep", "keep/a/b", false)]
    [InlineData("*\n!keep", "drop", true)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("!README.md\n*.md", "README.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("docs\n!docs/keep.md", "docs/keep.md", false)]
    [InlineData("docs\n!docs/keep.md", "docs/drop.md", true)]
    [InlineData("\uFEFFbuild", "build", true)]
    [InlineData("", "a", false)]
    [InlineData(".", "a", false)]
    public void The_last_rule_that_matches_decides(string rules, string path, bool ignored) =>
        Assert.Equal(ignored, new DockerIgnore(rules.Split('\n')).Ignores(path));

    [Theory]
    [InlineData("node_modules\n!src", "node_modules", true)]
    [InlineData("*\n!src/app", "src", false)]
    [InlineData("*\n!**/*.txt", "src", false)]
    [InlineData("src", "src", true)]
    [InlineData("src/*", "src", false)]
    public void An_ignored_folder_is_read_only_when_an_exception_may_lie_below(string rules, string folder, bool skipped) =>
        Assert.Equal(skipped, new DockerIgnore(rules.Split('\n')).IgnoresAllBelow(folder));

    [Theory]
    [InlineData("ok\n!", "line 2: '!'")]
    [InlineData("[a-", "line 1: '[a-'")]
    [InlineData("a\\", "line 1: 'a\\'")]
    [InlineData("[z-a]", "line 1: '[z-a]'")]
    public void A_line_that_is_no_pattern_is_named(string rules, string expected)
    {
        var error = Assert.Throws<FormatException>(() => new DockerIgnore(rules.Split('\n')));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }
}
