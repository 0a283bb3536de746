namespace Sandbox.Tests;

/// <summary>What keeps every core busy, or is timed, meets no other test.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
