using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class YamlManifestTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("-7", "-7")]
    [InlineData("0.5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("0755", "493")]
    [InlineData("0o755", "493")]
    [InlineData("0x1F", "31")]
    [InlineData("0789", "\"0789\"")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("'0755'", "\"0755\"")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("true", "true")]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("\"yes\"", "\"yes\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("2Gi", "\"2Gi\"")]
    [InlineData("12e5678", "\"12e5678\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("2026-03-04", "\"2026-03-04\"")]
    public void A_plain_value_is_what_kubectl_makes_of_it(string written, string json) =>
        Assert.Equal($$"""{"value":{{json}}}""", Assert.Single(YamlManifest.Parse($"value: {written}", "x.yaml")).ToJsonString());

    [Fact]
    public void A_file_may_hold_several_documents_and_empty_ones()
    {
        var kinds = YamlManifest.Parse("""
            ---
            # Only a comment.
            ---
            kind: Service
            ---
            kind: Deployment
            ---
            """, "all.yaml").Select(o => o.Kind());

        Assert.Equal(["Service", "Deployment"], kinds);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_resolved_and_a_field_of_its_own_wins()
    {
        var found = Assert.Single(YamlManifest.Parse("""
            base: &labels {app: api, tier: back}
            other: &more {team: data, tier: far}
            same: *labels
            one: {<<: *labels, tier: front}
            two: {<<: [*labels, *more]}
            quoted: {"<<": kept}
            """, "x.yaml"));

        Assert.Equal("""{"app":"api","tier":"back"}""", found["same"]!.ToJsonString());
        Assert.Equal("""{"tier":"front","app":"api"}""", found["one"]!.ToJsonString());
        Assert.Equal("""{"app":"api","tier":"back","team":"data"}""", found["two"]!.ToJsonString());
        Assert.Equal("""{"\u003C\u003C":"kept"}""", found["quoted"]!.ToJsonString());
    }

    [Theory]
    [InlineData("a: 1\nb: [1, 2\n", "'k8s/x.yaml' is not valid YAML, line ")]
    [InlineData("a: 1\na: 2\n", "'k8s/x.yaml' is not valid YAML, line 2, column 1: ")]
    [InlineData("a: *nowhere\n", "'k8s/x.yaml' is not valid YAML, line 1, column ")]
    [InlineData("a: 1\n? [b, c]\n: 2\n", "'k8s/x.yaml' is not valid YAML, line 2, column 3: a field's name is a list or a map.")]
    [InlineData("- a\n- b\n", "'k8s/x.yaml' holds a document that is no Kubernetes object.")]
    [InlineData("just words\n", "'k8s/x.yaml' holds a document that is no Kubernetes object.")]
    public void What_is_wrong_is_named_with_file_and_line(string text, string sentence)
    {
        var error = Assert.Throws<UsageException>(() => YamlManifest.Parse(text, "k8s/x.yaml").ToList());

        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
    }
}
