namespace Build.Tests.Running;

/// <summary>A checkout whose last build is the real one, which was compiled with these tests: nothing is compiled.</summary>
internal sealed class RealProgram : Checkout
{
    private static readonly Lazy<string> Compiled = new(Stamped);

    public RealProgram()
    {
        Directory.CreateDirectory(Builds);
        Directory.CreateSymbolicLink(Path.Combine(Builds, "tested"), Compiled.Value);
        File.WriteAllText(Path.Combine(Builds, "current"), "tested\n");
    }

    /// <summary>A profile; it is enough that it exists.</summary>
    public RealProgram WithProfile(string name, string text = "{}")
    {
        Write($".nuke/parameters.{name}.json", text);
        return this;
    }

    private static string Stamped()
    {
        var folder = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var stamp = Path.Combine(folder, "stamp");
        File.WriteAllText(stamp, "");
        // Newer than any checkout that a test makes.
        File.SetLastWriteTimeUtc(stamp, new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        return folder;
    }
}
