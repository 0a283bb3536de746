using System.Text.Json.Nodes;
using Build.Tests.Running;
using Pipeline.Build.Settings;

namespace Build.Tests.CommandLine;

public sealed class ValueSourceTests : IDisposable
{
    private readonly RealProgram checkout = new();

    [SkippableFact]
    public async Task Preflight_begins_with_each_value_that_leads_to_a_server_under_the_place_that_it_came_from()
    {
        checkout.WithProfile("production", """
            {
              "EnvironmentName": "production", "KubeNamespace": "product", "ClusterUid": "9c9a0c55-9f7e-4b7e-8a5a-3f0e6e1b0a11",
              "RegistryUrl": "registry.example.com/team", "DatabaseName": "dataset", "DatabaseSystemIdentifier": "7301",
              "BackupBucket": "backups", "FrontendBucket": "", "CdnDistributionId": "E1EXAMPLE",
              "ApiUrl": "https://api.example.com", "SiteUrl": "https://example.com"
            }
            """);
        var variables = new Dictionary<string, string?>
        {
            ["PIPELINE_DATABASE_URL"] = "postgresql://user:s3cret@db.example.com:5432/dataset",
            ["PIPELINE_FRONTEND_BUCKET"] = "pages",
            // It must not decide, and must not be told as if it had.
            ["KUBE_NAMESPACE"] = "elsewhere",
            ["KUBECONFIG"] = checkout.At("none"),
        };

        var outcome = await checkout.Start(variables, "Preflight", "--profile", "production", "--kube-context", "prod").EndAsync();

        var lines = outcome.Output.Split('\n').Select(l => l.TrimEnd()).ToList();
        Assert.Equal(["from parameters.production.json", "  EnvironmentName           production", "  KubeNamespace             product"], Found(lines, "from parameters.production.json", 3));
        Assert.Equal(["from command line", "  KubeContext               prod"], Found(lines, "from command line", 2));
        Assert.Equal(["from PIPELINE_ variables", "  DatabaseUrl               ***", "  FrontendBucket            pages"], Found(lines, "from PIPELINE_ variables", 3));
        Assert.Equal("from default", Found(lines, "from default", 1).Single());
        Assert.DoesNotContain("s3cret", outcome.Output, StringComparison.Ordinal);
        Assert.All(lines.TakeWhile(l => !l.StartsWith("ERROR", StringComparison.Ordinal)), l => Assert.InRange(l.Length, 0, 80));
    }

    [Theory]
    [InlineData("KubeContext", "prod", "command line")]
    [InlineData("SiteUrl", "http://127.0.0.1:41235", "the sandbox")]
    [InlineData("KubeNamespace", "product", "parameters.production.json")]
    [InlineData("RegistryUrl", "registry.example.com", "parameters.json")]
    [InlineData("BackupBucket", null, "default")]
    public void A_value_is_traced_to_the_first_place_that_holds_it(string option, string? value, string place) =>
        Assert.Equal(place, Sources().Of(option, value));

    [Fact]
    public void A_variable_that_only_the_official_host_reads_is_told_by_its_name()
    {
        Environment.SetEnvironmentVariable("KUBE_NAMESPACE", "elsewhere");
        try
        {
            Assert.Equal("variable KUBE_NAMESPACE", Sources().Of("KubeNamespace", "elsewhere"));
            Assert.Equal("parameters.production.json", Sources().Of("KubeNamespace", "product"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBE_NAMESPACE", null);
        }
    }

    public void Dispose() => checkout.Dispose();

    private static ValueSources Sources() => new(
        ["Preflight", "--kube-context", "prod"],
        new Dictionary<string, string> { ["SiteUrl"] = "http://127.0.0.1:41235" },
        [("parameters.production.json", Values("KubeNamespace", "product")), ("parameters.json", Values("RegistryUrl", "registry.example.com"))]);

    private static JsonObject Values(string option, string value) => new() { [option] = value };

    private static IEnumerable<string> Found(List<string> lines, string head, int count)
    {
        var first = lines.FindIndex(l => l.EndsWith(head, StringComparison.Ordinal));
        Assert.True(first >= 0, string.Join('\n', lines));
        var margin = lines[first].Length - head.Length;
        return lines.Skip(first).Take(count).Select(l => l[Math.Min(margin, l.Length)..]);
    }
}
