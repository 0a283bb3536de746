using System.Reflection;
using System.Text;

namespace Nuke.Common.Parameters;

/// <summary>A setting that a person may give.</summary>
/// <param name="Name">In Pascal case, as a profile's file names it.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">The member's type without its question mark.</param>
/// <param name="IsSecret">Masked wherever it would be printed.</param>
internal sealed record Parameter(string Name, string? Description, Type Type, bool IsSecret)
{
    /// <summary>As it is typed: <c>--kube-context</c>.</summary>
    public string Flag => "--" + Words('-').ToLowerInvariant();

    /// <summary>As the environment has it: <c>PIPELINE_KUBE_CONTEXT</c>. Bare names are never read: a <c>TAG</c> that happens to be set must not decide.</summary>
    public string Variable => "PIPELINE_" + Words('_').ToUpperInvariant();

    /// <summary>True when the flag alone means yes.</summary>
    public bool IsSwitch => Type == typeof(bool);

    /// <summary>What a member stands for; null when it is no parameter.</summary>
    public static Parameter? Of(PropertyInfo member)
    {
        if (member.GetCustomAttribute<ParameterAttribute>() is not { } attribute)
            return null;
        var name = member.DeclaringType?.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix + (attribute.Name ?? member.Name);
        return new Parameter(name, attribute.Description, Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType, member.IsDefined(typeof(SecretAttribute)));
    }

    private string Words(char separator)
    {
        var text = new StringBuilder(Name.Length + 4);
        for (var i = 0; i < Name.Length; i++)
        {
            if (i > 0 && char.IsUpper(Name[i]) && !char.IsUpper(Name[i - 1]))
                text.Append(separator);
            text.Append(Name[i]);
        }

        return text.ToString();
    }
}
