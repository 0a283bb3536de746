using System.Text.RegularExpressions;
using Build.Tests.Running;
using YamlDotNet.RepresentationModel;

namespace Build.Tests.Workflows;

/// <summary>One file of a CI host, as it is committed.</summary>
internal sealed partial class Workflow
{
    private Workflow(string file, YamlMappingNode root) => (File, Root) = (file, root);

    public static IReadOnlyList<string> Files { get; } =
        [.. Repository.Files(".github/workflows", "*.yml"), .. Directory.GetFiles(Repository.Root, "azure-pipelines*.yml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public string File { get; }

    public YamlMappingNode Root { get; }

    public static Workflow Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Repository.Read(file)));
        return new Workflow(file, (YamlMappingNode)stream.Documents.Single().RootNode);
    }

    /// <summary>Every line that starts the build, without the script's name.</summary>
    public IReadOnlyList<string> Commands() =>
        [.. Texts(Root).SelectMany(t => t.Split('\n')).SelectMany(l => BuildCall().Matches(l)).Select(m => m.Groups[1].Value)];

    /// <summary>The names under every <c>env</c>.</summary>
    public IReadOnlyList<string> Variables() =>
        [.. Nodes(Root).OfType<YamlMappingNode>().SelectMany(n => n.Children).Where(c => c.Key.ToString() is "env" or "variables")
            .SelectMany(c => c.Value is YamlMappingNode map ? map.Children.Keys.Select(k => k.ToString()) : []).Distinct()];

    /// <summary>Every text, keys left out.</summary>
    public static IEnumerable<string> Texts(YamlNode node) => Nodes(node).OfType<YamlScalarNode>().Select(s => s.Value ?? "");

    /// <summary>The node at a path of keys; null when there is none.</summary>
    public YamlNode? At(params string[] path) =>
        path.Aggregate((YamlNode?)Root, (node, key) => node is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null);

    public static IEnumerable<YamlNode> Nodes(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.Values.SelectMany(Nodes).Prepend(map),
        YamlSequenceNode list => list.Children.SelectMany(Nodes).Prepend(list),
        _ => [node],
    };

    [GeneratedRegex(@"\./build\.sh((?: [^\s|&;]+|\s'[^']*')*)")]
    private static partial Regex BuildCall();
}
