namespace EndToEnd.Tests.Bed;

/// <summary>Where a story takes place.</summary>
internal enum Place
{
    /// <summary>The servers that the environment names.</summary>
    TestBed,

    /// <summary>The environment that the pipeline starts on this machine.</summary>
    Sandbox,
}
