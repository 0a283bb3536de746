using System.Linq.Expressions;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>Checks, before anything runs, that every planned target has what it requires.</summary>
internal static class Requirements
{
    /// <summary>One sentence for each parameter or condition, however many targets require it.</summary>
    public static IEnumerable<string> Faults(Plan plan, ParameterValues values) =>
        from required in plan.Targets.SelectMany(t => t.Requirements.Select(r => (Target: t.Name, Requirement: r)))
        let fault = Fault(required.Requirement, values)
        where fault is not null
        group required.Target by fault into same
        select $"{same.Key} Needed by {string.Join(", ", same.Distinct())}.";

    private static string? Fault(LambdaExpression requirement, ParameterValues values)
    {
        if (requirement is Expression<Func<bool>> condition)
            return condition.Compile(preferInterpretation: true)() ? null
                : condition.Body.NodeType == ExpressionType.OrElse ? $"One of {ParameterMember.Ways(condition)} must be given."
                : $"The condition on {ParameterMember.Flags(condition)} does not hold.";
        var parameter = ParameterMember.Of(requirement);
        return !values.IsTypedEmpty(parameter) && values.Get(parameter) is (null or string[] { Length: 0 })
            ? $"{parameter.Flag} has no value{(parameter.Description is null ? "" : $" ({parameter.Description.TrimEnd('.')})")}. {Ways(parameter)}"
            : null;
    }

    private static string Ways(Parameter parameter) => parameter.IsSecret
        ? $"Set {parameter.Variable}."
        : $"Give the flag, {parameter.Variable}, or '{parameter.Name}' in the profile's file.";
}
