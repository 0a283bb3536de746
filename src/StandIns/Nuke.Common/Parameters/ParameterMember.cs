using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Parameters;

/// <summary>Finds the parameter that an expression such as <c>() =&gt; KubeContext</c> names.</summary>
internal static class ParameterMember
{
    public static Parameter Of(LambdaExpression expression)
    {
        // A value type is boxed on its way into object.
        var body = expression.Body is UnaryExpression { NodeType: ExpressionType.Convert } converted ? converted.Operand : expression.Body;
        return body is MemberExpression { Member: PropertyInfo member } && Parameter.Of(member) is { } parameter
            ? parameter
            : throw new UsageFault($"'{expression.Body}' names no [Parameter].");
    }

    /// <summary>The flags of all parameters in a condition; the condition itself when it has none.</summary>
    public static string Flags(LambdaExpression condition)
    {
        var named = new Named();
        named.Visit(condition.Body);
        return named.All.Count > 0 ? string.Join(", ", named.All.Select(p => p.Flag).Distinct()) : $"'{condition.Body}'";
    }

    /// <summary>The flags of all parameters in a condition; the variables of secrets, which have no flag that may be used.</summary>
    public static string Ways(LambdaExpression condition)
    {
        var named = new Named();
        named.Visit(condition.Body);
        return string.Join(", ", named.All.Distinct().Select(p => p.IsSecret ? p.Variable : p.Flag));
    }

    /// <summary>Every parameter of a build and its components, by name.</summary>
    public static IReadOnlyList<Parameter> AllOf(Type build) =>
        [.. ((Type[])[build, .. build.GetInterfaces()])
            .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(Parameter.Of).OfType<Parameter>().DistinctBy(p => p.Name).OrderBy(p => p.Name, StringComparer.Ordinal)];

    private sealed class Named : ExpressionVisitor
    {
        public List<Parameter> All { get; } = [];

        protected override Expression VisitMember(MemberExpression node)
        {
            if (node.Member is PropertyInfo member && Parameter.Of(member) is { } parameter)
                All.Add(parameter);
            return base.VisitMember(node);
        }
    }
}
