using System.Reflection;
using Nuke.Common;
using Pipeline.Settings;

namespace Build.Tests.Running;

/// <summary>What the build class offers, read from the compiled build.</summary>
internal static class TheBuild
{
    private static readonly Type Class = typeof(Pipeline.Build.Build);

    public static IReadOnlyList<string> Targets { get; } =
        [.. Members().Where(p => p.PropertyType == typeof(Target)).Select(p => p.Name).Distinct().Order(StringComparer.Ordinal)];

    public static IReadOnlyList<PropertyInfo> Parameters { get; } =
        [.. Members().Where(p => p.IsDefined(typeof(ParameterAttribute))).DistinctBy(p => p.Name).OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>Every flag: the settings' and the host's.</summary>
    public static IReadOnlyList<string> Flags { get; } =
        [.. Parameters.Select(p => Flag.Of(p.Name)), "--target", "--skip", "--profile", "--plan", "--verbosity", "--root", "--no-logo", "--help"];

    private static IEnumerable<PropertyInfo> Members() => ((Type[])[Class, .. Class.GetInterfaces()])
        .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic));
}
