using Nuke.Common.IO;

namespace StandIns.Tests.Nuke.IO;

public sealed class AbsolutePathTests
{
    [Fact]
    public void Parts_are_joined_named_and_left()
    {
        AbsolutePath root = "/srv/product";

        Assert.Equal("/srv/product/k8s/config.yaml", root / "k8s" / "config.yaml");
        Assert.Equal("config.yaml", (root / "k8s" / "config.yaml").Name);
        Assert.Equal("/srv", root.Parent);
        Assert.Null(((AbsolutePath)"/").Parent);
    }

    [Theory]
    [InlineData("k8s/")]
    [InlineData("./k8s")]
    [InlineData("web/../k8s")]
    public void A_joined_part_names_the_same_place_however_it_is_written(string part)
    {
        AbsolutePath root = "/srv/product";

        Assert.Equal<object>(root / "k8s", root / part);
        Assert.Equal("k8s", (root / part).Name);
        Assert.Equal<object>(root, root / null!);
    }

    [Theory]
    [InlineData("/srv/product/")]
    [InlineData("/srv//product")]
    [InlineData("/srv/other/../product")]
    public void The_same_place_is_the_same_path_however_it_is_written(string text)
    {
        Assert.Equal<object>((AbsolutePath)"/srv/product", (AbsolutePath)text);
        Assert.Equal(((AbsolutePath)"/srv/product").GetHashCode(), ((AbsolutePath)text).GetHashCode());
        Assert.Equal("/srv/product", ((AbsolutePath)text).ToString());
    }

    [Fact]
    public void A_relative_path_is_refused() =>
        Assert.Equal("'k8s' is not a whole path. (Parameter 'path')", Assert.Throws<ArgumentException>(() => (AbsolutePath)"k8s").Message);

    [Fact]
    public void Nothing_stays_nothing()
    {
        Assert.Null((AbsolutePath)(string)null!);
        Assert.Null((string)(AbsolutePath)null!);
    }

    [Fact]
    public void What_is_at_a_path_is_a_file_a_folder_or_nothing()
    {
        using var folder = new TemporaryFolder();
        AbsolutePath path = folder.Path;
        AbsolutePath file = folder.Write("file", "");

        Assert.True(file.FileExists());
        Assert.False(file.DirectoryExists());
        Assert.False((path / "none").FileExists());
        Assert.Equal(path / "a" / "b", (path / "a" / "b").CreateDirectory());
        Assert.True((path / "a" / "b").DirectoryExists());
        Assert.Equal(path / "a", (path / "a").CreateDirectory());
        Assert.True((path / "a" / "b").DirectoryExists());
    }
}
