using CliWrap;
using CliWrap.Buffered;
using Pipeline.Cluster;
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
        var commit = await GitAsync(options.Root, ["rev-parse", "--verify", "HEAD"], cancellation);
        // The build writes its own schema: an editor's help, no part of a release.
        var status = await GitAsync(options.Root, ["status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude).nuke/build.schema.json"], cancellation);
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
    private static string CheckedVersion(string version) => LabelValue.IsValid(version)
        ? version
        : throw new UsageException($"--release-version: '{version}' cannot be an image tag. {LabelValue.Rule}");

    private static async Task<string> GitAsync(string root, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            var result = await Cli.Wrap("git").WithArguments(["-C", root, .. arguments])
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
            if (result.StandardError.Contains("Needed a single revision", StringComparison.Ordinal))
                throw new UsageException($"The repository '{root}' has no commit yet, so nothing says what would be released. Commit first.");
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
