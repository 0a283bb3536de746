using System.Diagnostics;
using System.Runtime.Versioning;

namespace Pipeline.Tests.Images;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-images-").FullName;

    /// <summary>Writes a file and the folders above it.</summary>
    public string Write(string path, string content, bool executable = false)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        if (executable && !OperatingSystem.IsWindows())
            MakeExecutable(full);
        return full;
    }

    // A program that another test starts at this moment holds, until it is executed, whatever this process has open for writing; nobody may
    // start a file that is ("Text file busy"). So another process writes it.
    [UnsupportedOSPlatform("windows")]
    private static void MakeExecutable(string file)
    {
        var text = $"{file}.text";
        File.Move(file, text);
        using (var copy = Process.Start("cp", [text, file]))
            copy.WaitForExit();
        File.Delete(text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
