using System.Runtime.InteropServices;

namespace Pipeline.Sandbox.Hosting;

/// <summary>Takes the process out of the terminal's process group: a Ctrl-C for the pipeline must not end the sandbox.</summary>
internal static class OwnSession
{
    public static void Begin()
    {
        // Fails for the leader of a group, as when a person starts it by hand; the signals then are theirs.
        if (!OperatingSystem.IsWindows())
            _ = SetSid();
    }

#pragma warning disable SYSLIB1054 // The generated form needs unsafe code, and there is nothing to marshal.
    [DllImport("libc", EntryPoint = "setsid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetSid();
#pragma warning restore SYSLIB1054
}
