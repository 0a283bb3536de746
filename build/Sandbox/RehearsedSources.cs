using System.Text.RegularExpressions;

namespace Pipeline.Build.Sandbox;

/// <summary>The sources of a rehearsal's second release: the API's own, with a change that nobody notices.</summary>
/// <param name="folder">Where they are put.</param>
internal sealed partial class RehearsedSources(string folder)
{
    private const string Versions = "migrations/versions";
    private const string Revision = "4e8ea45a1000";

    /// <summary>Writes them.</summary>
    /// <param name="source">The API's folder.</param>
    /// <param name="withMigration">Adds a migration.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <returns>Their folder.</returns>
    public async Task<string> WriteAsync(string source, bool withMigration, CancellationToken cancellation)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(f => !f.Contains("__pycache__", StringComparison.Ordinal)))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        await File.AppendAllTextAsync(Path.Combine(folder, "app", "__init__.py"), "# Rehearsed.\n", cancellation);
        if (withMigration)
            await File.WriteAllTextAsync(Path.Combine(folder, Versions, $"{Revision}_rehearsed.py"), Migration(await HeadAsync(cancellation)), cancellation);
        return folder;
    }

    // The revision that no other one follows.
    private async Task<string> HeadAsync(CancellationToken cancellation)
    {
        var texts = await Task.WhenAll(Directory.EnumerateFiles(Path.Combine(folder, Versions), "*.py").Select(f => File.ReadAllTextAsync(f, cancellation)));
        var followed = texts.SelectMany(t => FollowedLine().Matches(t)).Select(m => m.Groups[1].Value).ToHashSet();
        return texts.SelectMany(t => RevisionLine().Matches(t)).Select(m => m.Groups[1].Value).First(r => !followed.Contains(r));
    }

    private static string Migration(string after) => $"""
        "a table for a rehearsal"
        import sqlalchemy as sa
        from alembic import op

        revision = "{Revision}"
        down_revision = "{after}"
        branch_labels = None
        depends_on = None


        def upgrade():
            op.create_table("rehearsed", sa.Column("id", sa.Integer, primary_key=True))


        def downgrade():
            op.drop_table("rehearsed")

        """;

    // revision = "c7a41e88d356"
    [GeneratedRegex("""^revision(?:: str)? = ["'](\w+)["']""", RegexOptions.Multiline)]
    private static partial Regex RevisionLine();

    // down_revision = "8b62d4e5f093"
    [GeneratedRegex("""^down_revision(?:: [^=]+)? = ["'](\w+)["']""", RegexOptions.Multiline)]
    private static partial Regex FollowedLine();
}
