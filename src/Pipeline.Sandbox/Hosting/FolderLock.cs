namespace Pipeline.Sandbox.Hosting;

/// <summary>Keeps a second sandbox out of a folder; the system lets go of it however the process ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the folder; null while another process has it.</summary>
    public static FolderLock? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();
}
