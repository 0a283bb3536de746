#nullable disable
namespace Nuke.Common;

/// <summary>The parameter's value is masked wherever it would be printed.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public class SecretAttribute : Attribute;
