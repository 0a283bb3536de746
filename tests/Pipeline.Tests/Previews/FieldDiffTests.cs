using System.Text.Json.Nodes;
using Pipeline.Previews;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Previews;

public sealed class FieldDiffTests
{
    [Theory]
    [InlineData("{a: 1}", "{a: 1}", "")]
    [InlineData("{spec: {replicas: 3}}", "{spec: {replicas: 5}}", "spec.replicas: 3 > 5")]
    [InlineData("{c: [{name: api, image: x}, {name: side, image: y}]}", "{c: [{name: side, image: y}, {name: api, image: z}]}", "c[api].image: x > z")]
    [InlineData("{env: [{name: A, value: one}]}", "{env: [{name: A, value: one}, {name: B, value: two}]}", "env[B].name:  > B|env[B].value:  > two")]
    [InlineData("{m: [{name: v, mountPath: /a}, {name: v, mountPath: /b}]}", "{m: [{name: v, mountPath: /a}]}", "m[/b].name: v > |m[/b].mountPath: /b > ")]
    [InlineData("{args: [a, b]}", "{args: [a]}", """args: ["a","b"] > ["a"]""")]
    [InlineData("{metadata: {labels: {example.com/x: a}}}", "{metadata: {labels: {}}}", "metadata.labels[example.com/x]: a > ")]
    [InlineData("{v: [{name: tmp}]}", "{v: [{name: tmp, emptyDir: {}}]}", "v[tmp].emptyDir:  > {}")]
    [InlineData("{f: [{ref: {name: a}}, {ref: {name: x}}]}", "{f: [{ref: {name: b}}, {ref: {name: x}}]}", "f[0].ref.name: a > b")]
    public void Fields_are_compared_by_name(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join('|', FieldDiff.Of(Yaml(before), Yaml(after)).Select(c => $"{c.Path}: {c.Before} > {c.After}")));

    [Theory]
    [InlineData("{kind: Secret, data: {url: aGlkZGVu}}", "{kind: Secret, data: {url: b3RoZXI=}}")]
    [InlineData("{kind: Deployment, env: [{name: API_TOKEN, value: hidden}]}", "{kind: Deployment, env: [{name: API_TOKEN, value: other}]}")]
    [InlineData("{kind: ConfigMap, data: {DB_PASSWORD: hidden}}", "{kind: ConfigMap, data: {DB_PASSWORD: other}}")]
    public void A_secret_is_seen_to_change_and_not_seen(string before, string after)
    {
        var change = Assert.Single(FieldDiff.Of(Yaml(before), Yaml(after)));

        Assert.Equal(("***", "***"), (change.Before, change.After));
    }

    [Theory]
    [InlineData("{kind: ConfigMap, data: {}}", """{kind: ConfigMap, data: {application.yaml: "port: 1\npassword: hidden\n"}}""", "data[application.yaml]:  > port: 1\npassword: ***\n")]
    [InlineData("""{args: ["--db-password=hidden"]}""", """{args: ["--db-password=hid&den,+", "-v"]}""", """args: ["--db-password=***"] > ["--db-password=***","-v"]""")]
    [InlineData("""{args: ["--password", hidden]}""", """{args: ["--password", hidden, it's]}""", """args: ["--password","***"] > ["--password","***","it's"]""")]
    [InlineData("{env: [{name: DB_PASS, value: hidden}, {name: A, value: x}, {name: A, value: y}]}", "{env: [{name: DB_PASS, value: hidden2}, {name: A, value: x}, {name: A, value: z}]}", "env[DB_PASS].value: *** > ***|env[A #2].value: y > z")]
    [InlineData("{env: [{name: DB_PASS, value: hidden}, {name: DB_PASS, value: hidden}]}", "{env: [{name: DB_PASS, value: hidden}]}", "env[DB_PASS #2].name: *** > |env[DB_PASS #2].value: *** > ")]
    public void A_secret_within_a_text_a_command_or_a_list_is_masked(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join('|', FieldDiff.Of(Yaml(before), Yaml(after)).Select(c => $"{c.Path}: {c.Before} > {c.After}")));

    private static JsonObject Yaml(string text) => YamlManifest.Parse(text, "test").Single();
}
