namespace Sandbox.Tests;

/// <summary>A folder of a test's own, which other users may pass through: a database server does not run as root.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline sandbox ").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
