#nullable disable
namespace Nuke.Common;

/// <summary>A setting that a person may give.</summary>
/// <param name="description">What it means, for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class ParameterAttribute(string description = null) : Attribute
{
    /// <summary>What it means.</summary>
    public virtual string Description { get; } = description;

    /// <summary>Its name.</summary>
    /// <value>The member's name.</value>
    public string Name { get; set; }
}
