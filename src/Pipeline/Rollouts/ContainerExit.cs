namespace Pipeline.Rollouts;

/// <summary>Says how a container ended.</summary>
internal static class ContainerExit
{
    /// <summary>The exit code, and the signal that it stands for where it does: <c>exit code 137 (SIGKILL)</c>.</summary>
    public static string Of(long code) => code switch
    {
        132 => "exit code 132 (SIGILL)",
        134 => "exit code 134 (SIGABRT)",
        135 => "exit code 135 (SIGBUS)",
        136 => "exit code 136 (SIGFPE)",
        137 => "exit code 137 (SIGKILL)",
        139 => "exit code 139 (SIGSEGV)",
        143 => "exit code 143 (SIGTERM)",
        _ => $"exit code {code}",
    };
}
