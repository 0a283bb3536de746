using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>Every target of a build, in an order in which they could run.</summary>
internal sealed class TargetGraph
{
    private TargetGraph(IReadOnlyList<BuildTarget> targets) => Targets = targets;

    public IReadOnlyList<BuildTarget> Targets { get; }

    /// <summary>Reads the targets of a build and of its components.</summary>
    /// <exception cref="UsageFault">They run in a circle.</exception>
    public static TargetGraph Of(INukeBuild build)
    {
        var definitions = new Dictionary<Target, (TargetDefinition Definition, BuildTarget Target)>();
        foreach (var property in Properties(build.GetType()))
        {
            var name = property.Name[(property.Name.LastIndexOf('.') + 1)..];
            var target = (Target)property.GetValue(build)!;
            // A build that overrides a component's target has both properties, and both give the one target.
            if (definitions.ContainsKey(target))
                continue;
            if (definitions.Values.Any(d => d.Target.Name == name))
                throw new UsageFault($"Two targets are called '{name}'; the second stands in '{property.DeclaringType!.Name}'.");
            var definition = new TargetDefinition(name, build);
            target(definition);
            definitions.Add(target, (definition, new BuildTarget(name, definition.Text, definition.IsListed, definition.Actions, definition.Requirements) { Position = definitions.Count }));
        }

        foreach (var (definition, target) in definitions.Values)
        {
            target.Needs = [.. definition.Needs.Select(t => definitions[t].Target)];
            target.Later = [.. definition.Later.Select(t => definitions[t].Target)];
            target.Triggers = [.. definition.Triggered.Select(t => definitions[t].Target)];
        }

        var all = definitions.Values.Select(d => d.Target).ToHashSet();
        foreach (var target in all)
            target.WaitsFor = [.. target.Needs, .. target.Later, .. all.Where(t => t.Triggers.Contains(target))];
        return new TargetGraph(Order.Of(all));
    }

    /// <summary>The target with this name, whatever its case.</summary>
    /// <exception cref="UsageFault">There is none.</exception>
    public BuildTarget Find(string name) =>
        Targets.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new UsageFault(Unknown(name));

    /// <summary>The sentence about a name that no target has.</summary>
    public string Unknown(string name) =>
        $"There is no target '{name}'.{Suggestion.For(name, Targets.Select(t => t.Name))} Targets: {string.Join(", ", Targets.Where(t => t.IsListed).Select(t => t.Name))}.";

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        ((Type[])[type, .. type.GetInterfaces()])
            .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy))
            .Where(p => p.PropertyType == typeof(Target));
}
