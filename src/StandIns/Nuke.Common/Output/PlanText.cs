using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>What <c>--plan</c> prints.</summary>
internal static class PlanText
{
    private const int Column = 16;

    public static string Of(Plan plan)
    {
        var page = new StringBuilder("Would run, each once what it waits for has ended:\n");
        var before = Order.Before(plan.Targets.ToHashSet());
        foreach (var target in plan.Targets)
            page.Row(target.Name, before[target].Count == 0 ? "at once" : "after " + string.Join(", ", plan.Targets.Where(before[target].Contains)), Column);
        if (plan.Skipped.Count > 0)
            page.Append("Skipped: ").AppendJoin(", ", plan.Skipped).AppendLine();
        return page.ToString();
    }
}
