namespace Pipeline.Runs;

/// <summary>What becomes of what a run changed when one of its steps fails.</summary>
public enum AfterFailure
{
    /// <summary>It is put back.</summary>
    Rollback,

    /// <summary>It stays, for somebody who wants to look at it.</summary>
    Stop,
}
