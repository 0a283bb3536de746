using System.Reflection;

namespace StandIns.Tests.Nuke;

/// <summary>Everything that code outside an assembly can see of it, as text.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(object)] = "object",
    };

    public static string Of(Assembly assembly) =>
        string.Join("\n", assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).Select(Of));

    private static string Of(Type type)
    {
        if (type.BaseType == typeof(MulticastDelegate))
            return $"delegate {Named(type.GetMethod("Invoke")!, type.Namespace + "." + Named(type))}\n";
        var bases = (type.BaseType is { } parent && parent != typeof(object) ? [parent] : Type.EmptyTypes).Concat(type.GetInterfaces()).Select(Named).ToList();
        var usage = type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false) is { } u ? $" on {u.ValidOn}{(u.Inherited ? "" : ", not inherited")}" : "";
        var head = $"{Kind(type)} {type.Namespace}.{Named(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{usage}";
        var members = type.GetMembers(Declared).Select(Of).OfType<string>().Order(StringComparer.Ordinal).Select(m => $"    {m}\n");
        return head + "\n" + string.Concat(members);
    }

    private static string? Of(MemberInfo member) => member switch
    {
        ConstructorInfo { IsPublic: true } made => $"new({Parameters(made)})",
        MethodInfo { IsSpecialName: false } or MethodInfo { Name: ['o', 'p', '_', ..] } when IsVisible((MethodInfo)member) => Prefix((MethodInfo)member) + Named((MethodInfo)member, member.Name),
        PropertyInfo property when property.GetMethod is { } get && IsVisible(get) =>
            $"{Prefix(get)}{Named(property.PropertyType)} {property.Name} {{ get;{(property.SetMethod is { } set && IsVisible(set) ? " set;" : "")} }}",
        FieldInfo { IsPublic: true } field => $"{Named(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Kind(Type type) => type.IsInterface ? "interface" : type switch
    {
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Prefix(MethodInfo method) =>
        (method.IsFamily ? "protected " : "") + (method.IsStatic ? "static " : "") + (method is { IsVirtual: true, IsAbstract: false, IsFinal: false } ? "virtual " : "");

    private static string Named(MethodInfo method, string name)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Named))}>" : "";
        var limits = method.IsGenericMethod ? string.Concat(method.GetGenericArguments().Select(Limits)) : "";
        return $"{Named(method.ReturnType)} {name}{generic}({Parameters(method)}){limits}";
    }

    private static string Limits(Type argument)
    {
        var limits = argument.GetGenericParameterConstraints().Select(Named).ToList();
        if (argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            limits.Insert(0, "class");
        if (argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
            limits.Add("new()");
        return limits.Count > 0 ? $" where {argument.Name} : {string.Join(", ", limits)}" : "";
    }

    private static string Parameters(MethodBase method)
    {
        var extended = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "";
        return extended + string.Join(", ", method.GetParameters().Select(p =>
            $"{(p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{Named(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "null"}" : "")}"));
    }

    private static string Named(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsArray)
            return Named(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Named(value) + "?";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Named))}>" : type.Name;
    }
}
