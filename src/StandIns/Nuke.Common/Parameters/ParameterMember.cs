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

    /// <summary>Every parameter of a build and its components, by name.</summary>
    public static IReadOnlyList<Parameter> AllOf(Type build) =>
        [.. ((Type[])[build, .. build.GetInterfaces()])
            .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(Parameter.Of).OfType<Parameter>().DistinctBy(p => p.Name).OrderBy(p => p.Name, StringComparer.Ordinal)];
}
