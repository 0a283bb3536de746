using System.Text;
using Pipeline.Frontend;

namespace Pipeline.Tests.Frontend;

public sealed class SiteFileTests
{
    [Theory]
    [InlineData("assets/index-BxX1a2b3.js")]
    [InlineData("assets/index-BxX1a2b3.js.map")]
    [InlineData("assets/style.3f2a1b4c.css")]
    [InlineData("assets/chunk-ABCD2345.js")]
    [InlineData("assets/logo-D_k-3xYz.svg")]
    public void A_bundlers_hash_makes_an_asset_that_is_kept_for_a_year(string key)
    {
        var file = new SiteFile(key, []);

        Assert.False(file.IsPage);
        Assert.Equal("public, max-age=31536000, immutable", file.CacheControl);
    }

    [Theory]
    [InlineData("index.html")]
    [InlineData("docs/index.html")]
    [InlineData("config.json")]
    [InlineData("release.json")]
    [InlineData("favicon.svg")]
    [InlineData("apple-touch-icon.png")]
    [InlineData("screenshot-1280x800.png")]
    [InlineData("prices-20260304.pdf")]
    [InlineData("minutes-2026-jan.txt")]
    [InlineData("photo-Portrait.jpg")]
    [InlineData("news-BxX1a2b3.html")]
    [InlineData("robots.txt")]
    [InlineData("LICENSE")]
    public void A_name_that_stays_is_asked_for_again(string key)
    {
        var file = new SiteFile(key, []);

        Assert.True(file.IsPage);
        Assert.Equal("no-cache", file.CacheControl);
    }

    [Fact]
    public void The_hashes_are_of_the_content()
    {
        var file = new SiteFile("a", Encoding.UTF8.GetBytes("abc"));

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", file.Sha256);
        Assert.Equal("900150983cd24fb0d6963f7d28e17f72", file.Md5);
    }

    [Theory]
    [InlineData("index.html", "text/html; charset=utf-8")]
    [InlineData("old.htm", "text/html; charset=utf-8")]
    [InlineData("a.js", "text/javascript; charset=utf-8")]
    [InlineData("a.mjs", "text/javascript; charset=utf-8")]
    [InlineData("A.CSS", "text/css; charset=utf-8")]
    [InlineData("a.js.map", "application/json")]
    [InlineData("manifest.webmanifest", "application/manifest+json")]
    [InlineData("a.wasm", "application/wasm")]
    [InlineData("a.avif", "image/avif")]
    [InlineData("a.woff2", "font/woff2")]
    [InlineData("robots.txt", "text/plain; charset=utf-8")]
    [InlineData("film.mp4", "video/mp4")]
    [InlineData("a.unheard", "application/octet-stream")]
    [InlineData("LICENSE", "application/octet-stream")]
    public void A_browser_is_told_what_a_file_is(string key, string type) => Assert.Equal(type, ContentType.Of(key));
}
