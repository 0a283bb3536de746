#nullable disable
namespace Nuke.Common;

/// <summary>Goes before the name of every parameter of an interface.</summary>
/// <param name="prefix">The prefix.</param>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public class ParameterPrefixAttribute(string prefix) : Attribute
{
    /// <summary>The prefix.</summary>
    public string Prefix { get; } = prefix;
}
