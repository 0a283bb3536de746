namespace Pipeline.Runs;

/// <summary>What becomes of a run that a person interrupts at a terminal.</summary>
public enum Interruption
{
    /// <summary>It stops; what was done stays, and the same command goes on.</summary>
    Leave,

    /// <summary>It goes on as if nothing had been pressed.</summary>
    Finish,

    /// <summary>It stops, and what it changed is put back as after a failure.</summary>
    Undo,
}

/// <summary>Asks the person who interrupted a run what is to become of it, while it works on.</summary>
/// <param name="canUndo">False when the run has nothing that could be put back.</param>
/// <param name="patience">Cancelled when the answer no longer matters.</param>
public delegate Task<Interruption> AskInterrupted(bool canUndo, CancellationToken patience);
