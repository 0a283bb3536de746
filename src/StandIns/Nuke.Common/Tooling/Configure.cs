#nullable disable
namespace Nuke.Common.Tooling;

/// <summary>Changes settings.</summary>
/// <param name="options">The settings so far.</param>
/// <returns>The settings from then on.</returns>
public delegate T Configure<T>(T options);
