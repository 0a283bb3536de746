using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    private const int TargetColumn = 16;
    private const int FlagColumn = 24;

    public static string Of(TargetGraph graph, IReadOnlyList<Parameter> parameters, IReadOnlyList<string> standard)
    {
        var page = new StringBuilder();
        page.AppendLine("Usage: ./build.sh [Target ...] [--profile NAME] [--flag value ...]").AppendLine();
        page.AppendLine("Targets, in an order in which they can run:");
        foreach (var target in graph.Targets.Where(t => t.IsListed))
            page.Row(target.Name + (standard.Contains(target.Name) ? " *" : ""), Needs(target), TargetColumn);
        page.AppendLine().AppendLine("  * runs when no target is named.");
        page.AppendLine().AppendLine("Flags of every build:");
        foreach (var (flag, text) in CommandLine.HostFlags)
            page.Row(flag, text, FlagColumn);
        page.AppendLine().AppendLine("Settings. Each can also be given as PIPELINE_<NAME>, or in the profile's file:");
        foreach (var parameter in parameters)
            page.Row(parameter.Flag, Meaning(parameter), FlagColumn);
        return page.ToString();
    }

    private static string Needs(BuildTarget target)
    {
        var text = new StringBuilder(target.Description ?? "");
        if (target.Needs.Count > 0)
            text.Append(" Needs: ").AppendJoin(", ", target.Needs).Append('.');
        if (target.Triggers.Count > 0)
            text.Append(" Then: ").AppendJoin(", ", target.Triggers).Append('.');
        return text.ToString().TrimStart();
    }

    private static string Meaning(Parameter parameter) =>
        $"{parameter.Description}{(parameter.IsSwitch ? " true or false (default)." : "")}{(parameter.IsSecret ? $" Secret: only as {parameter.Variable}." : "")}";
}
