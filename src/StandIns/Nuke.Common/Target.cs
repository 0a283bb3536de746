#nullable disable
namespace Nuke.Common;

/// <summary>Describes one target: what a build can be asked for.</summary>
/// <param name="definition">The description so far.</param>
/// <returns>The same description.</returns>
public delegate ITargetDefinition Target(ITargetDefinition definition);
