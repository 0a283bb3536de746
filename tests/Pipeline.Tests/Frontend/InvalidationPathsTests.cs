using Pipeline.Frontend;

namespace Pipeline.Tests.Frontend;

public sealed class InvalidationPathsTests
{
    [Fact]
    public void An_index_answers_for_its_folder_too() =>
        Assert.Equal(["/", "/docs/", "/docs/index.html", "/error.html", "/index.html"], Paths("index.html", "error.html", "docs/index.html", "error.html"));

    [Fact]
    public void A_file_whose_name_only_ends_like_an_index_does_not() =>
        Assert.Equal(["/myindex.html"], Paths("myindex.html"));

    // CloudFront compares with what browsers send, and they encode no more than this.
    [Theory]
    [InlineData("a b.html", "/a%20b.html")]
    [InlineData("日本.html", "/%E6%97%A5%E6%9C%AC.html")]
    [InlineData("100%.html", "/100%25.html")]
    [InlineData("what?.html", "/what%3F.html")]
    [InlineData("all*", "/all%2A")]
    [InlineData("c#.html", "/c%23.html")]
    [InlineData("@team/a(1)+b,c;d=e&f!g'h$i:j~k_l-m.html", "/@team/a(1)+b,c;d=e&f!g'h$i:j~k_l-m.html")]
    public void A_key_is_encoded_as_browsers_do(string key, string path) => Assert.Equal([path], Paths(key));

    [Fact]
    public void Nothing_changed_is_nothing_to_forget() => Assert.Empty(Paths());

    [Fact]
    public void A_site_that_changed_all_over_is_forgotten_whole()
    {
        Assert.Equal(1000, Paths([.. Enumerable.Range(0, 1000).Select(n => $"{n}.html")]).Length);
        Assert.Equal(["/*"], Paths([.. Enumerable.Range(0, 1001).Select(n => $"{n}.html")]));
    }

    private static string[] Paths(params string[] pages) => [.. InvalidationPaths.Of(pages)];
}
