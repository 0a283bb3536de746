using CliWrap;
using CliWrap.Buffered;
using Pipeline.Errors;

namespace Pipeline.Releases;

/// <summary>What is released: a version and the commit it is made from.</summary>
/// <param name="Version">As people call it.</param>
/// <param name="Commit">The full commit id.</param>
/// <param name="IsDirty">True when tracked files differ from the commit.</param>
public sealed record Source(string Version, string Commit, bool IsDirty)
{
    /// <summary>Asks git about the repository at <see cref="ReleaseOptions.Root"/>.</summary>
    /// <exception cref="UsageException">It is no git repository, or has no commit.</exception>
    public static async Task<Source> ReadAsync(ReleaseOptions options, CancellationToken cancellation)
    {
        var commit = await GitAsync(options.Root, ["rev-parse", "HEAD"], cancellation);
        var status = await GitAsync(options.Root, ["status", "--porcelain", "--untracked-files=no"], cancellation);
        var version = string.IsNullOrWhiteSpace(options.ReleaseVersion)
            ? await GitAsync(options.Root, ["describe", "--tags", "--always"], cancellation)
            : options.ReleaseVersion.Trim();
        return new Source(CheckedVersion(version), commit, status.Length > 0);
    }

    /// <summary>Refuses a dirty tree, unless the options allow it.</summary>
    /// <exception cref="UsageException">Tracked files differ from the commit.</exception>
    public void RefuseDirty(ReleaseOptions options)
    {
        if (IsDirty && !options.AllowDirty)
            throw new UsageException("The working tree has uncommitted changes, so no commit says what would be released. Commit them, or, on a test bed, pass --allow-dirty.");
    }

    // The version becomes an image tag, an object key and a label: the narrowest of the three decides.
    private static string CheckedVersion(string version)
    {
        var valid = version.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(version[0]) && char.IsAsciiLetterOrDigit(version[^1])
            && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        return valid
            ? version
            : throw new UsageException($"--release-version: '{version}' cannot be an image tag. Use up to 63 letters, digits, '.', '-' and '_', beginning and ending with a letter or digit.");
    }

    private static async Task<string> GitAsync(string root, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            var result = await Cli.Wrap("git").WithArguments(["-C", root, .. arguments])
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
            return result.ExitCode == 0
                ? result.StandardOutput.Trim()
                : throw new UsageException($"'git {string.Join(' ', arguments)}' failed in '{root}': {result.StandardError.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException("'git' was not found. Install it: the commit says what is released.");
        }
    }
}
