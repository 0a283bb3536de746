using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

/// <summary>Stories share two cores and a node: they run one after the other.</summary>
[Collection(nameof(Story))]
public abstract class Story
{
    private const string Versions = "src/DatasetManagement/api/migrations/versions";

    private protected const string Head = "c7a41e88d356";

    /// <summary>A release with a table more.</summary>
    private protected static async Task ReleaseWithARevisionAsync(Checkout checkout, string version, string revision, string after)
    {
        checkout.Write($"{Versions}/{revision}_add_{revision}.py", $"""
            revision = "{revision}"
            down_revision = "{after}"
            branch_labels = None
            depends_on = None

            import sqlalchemy as sa
            from alembic import op


            def upgrade():
                op.create_table("notes_{revision}", sa.Column("id", sa.Integer, primary_key=True))


            def downgrade():
                op.drop_table("notes_{revision}")

            """);
        checkout.Edit("src/DatasetManagement/web/index.html", "</title>", $" {version}</title>");
        await checkout.ReleaseAsync(version);
    }

    /// <summary>A release whose container ends as soon as it starts.</summary>
    private protected static async Task ReleaseThatCrashesAsync(Checkout checkout, string version)
    {
        checkout.Edit("src/DatasetManagement/api/Dockerfile", """CMD ["python3", "-m", "app"]""", """CMD ["sh", "-c", "echo the settings file is missing; exit 1"]""");
        await checkout.ReleaseAsync(version);
    }
}
