namespace Pipeline.Errors;

/// <summary>What the exit code of a run tells the person or the CI job that started it.</summary>
public static class ExitCode
{
    /// <summary>Done, or there was nothing to do.</summary>
    public const int Done = 0;

    /// <summary>Failed; nothing was changed, or what was changed is complete and safe.</summary>
    public const int Failed = 1;

    /// <summary>A flag, a parameter file or a setting is wrong; nothing was changed.</summary>
    public const int Usage = 2;

    /// <summary>Failed, and what had changed was put back.</summary>
    public const int PutBack = 3;

    /// <summary>Refused: wrong environment, lock held, preflight failed, no proven backup. Nothing was changed.</summary>
    public const int Refused = 4;

    /// <summary>Changed and not put back: a person must look now.</summary>
    public const int NotPutBack = 5;

    /// <summary>Nothing was changed, and a preview found something that a deploy would change.</summary>
    public const int Changes = 10;

    /// <summary>Ended by Ctrl-C, SIGTERM or a cancelled CI job.</summary>
    public const int Cancelled = 130;
}
