using System.Text.Json.Nodes;
using Pipeline.Preflight;

namespace Pipeline.Tests.Preflight;

public sealed class SentFieldsTests
{
    [Theory]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""", "a.b")]
    [InlineData("""{"a":{"b":1}}""", """{}""", "a")]
    [InlineData("""{"list":[{"name":"x","port":1}]}""", """{"list":[{"name":"other","port":1},{"name":"x"}]}""", "list[x].port")]
    [InlineData("""{"list":["a","b"]}""", """{"list":["b"]}""", "list[0]")]
    public void A_field_that_is_not_kept_is_found_by_its_path(string sent, string kept, string path) =>
        Assert.Equal([path], SentFields.Missing(JsonNode.Parse(sent), JsonNode.Parse(kept)));

    [Theory]
    [InlineData("""{"a":{},"b":[],"c":false,"d":0,"e":"","f":null}""", "{}")]
    [InlineData("""{"cpu":"1000m","memory":"1024Mi"}""", """{"cpu":"1","memory":"1Gi"}""")]
    [InlineData("""{"port":80}""", """{"port":80,"protocol":"TCP"}""")]
    public void What_the_server_writes_in_another_way_is_kept(string sent, string kept) =>
        Assert.False(SentFields.AreOther(JsonNode.Parse(sent), JsonNode.Parse(kept)));

    [Fact]
    public void Another_value_is_found_with_both()
    {
        var (path, sent, kept) = Assert.Single(SentFields.Changed(JsonNode.Parse("""{"a":[{"name":"x","image":"one"}]}"""), JsonNode.Parse("""{"a":[{"name":"x","image":"two"}]}""")));

        Assert.Equal(("a[x].image", "one", "two"), (path, $"{sent}", $"{kept}"));
    }
}
