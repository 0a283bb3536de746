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
    [InlineData("""{"a":"false"}""", "{}", "a")]
    [InlineData("""{"a":"0"}""", "{}", "a")]
    public void A_field_that_is_not_kept_is_found_by_its_path(string sent, string kept, string path) =>
        Assert.Equal([path], SentFields.Missing(JsonNode.Parse(sent), JsonNode.Parse(kept)));

    [Theory]
    [InlineData("""{"a":{},"b":[],"c":false,"d":0,"e":"","f":null}""", "{}")]
    [InlineData("""{"cpu":"1000m","memory":"1024Mi"}""", """{"cpu":"1","memory":"1Gi"}""")]
    [InlineData("""{"port":80}""", """{"port":80,"protocol":"TCP"}""")]
    [InlineData("""{"a":{},"b":[],"c":null}""", """{"a":{"x":1},"b":[1],"c":1}""")]
    [InlineData("""{"a":"","b":0,"c":false,"cpu":0}""", """{"a":"","b":0,"c":false,"cpu":"0"}""")]
    public void What_the_server_writes_in_another_way_is_kept(string sent, string kept) =>
        Assert.False(SentFields.AreOther(JsonNode.Parse(sent), JsonNode.Parse(kept)));

    [Theory]
    [InlineData("\"false\"", "\"true\"", false)]
    [InlineData("\"0\"", "\"1\"", false)]
    [InlineData("false", "true", false)]
    [InlineData("\"\"", "\"on\"", true)]
    [InlineData("0", "10", true)]
    public void What_was_sent_empty_and_is_kept_with_a_value_is_another_value_unless_the_server_filled_it_in(string sent, string kept, bool mayBeFilledIn)
    {
        var (path, was, _) = Assert.Single(SentFields.Changed(new JsonObject { ["a"] = JsonNode.Parse(sent) }, new JsonObject { ["a"] = JsonNode.Parse(kept) }));

        Assert.Equal(("a", mayBeFilledIn), (path, SentFields.MayBeFilledIn(was)));
    }

    [Fact]
    public void Another_value_is_found_with_both()
    {
        var (path, sent, kept) = Assert.Single(SentFields.Changed(JsonNode.Parse("""{"a":[{"name":"x","image":"one"}]}"""), JsonNode.Parse("""{"a":[{"name":"x","image":"two"}]}""")));

        Assert.Equal(("a[x].image", "one", "two"), (path, $"{sent}", $"{kept}"));
    }
}
