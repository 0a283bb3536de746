namespace EndToEnd.Tests.Bed;

/// <summary>Files of the product's schema, as a developer adds them.</summary>
internal static class RevisionFile
{
    private const string Folder = "src/DatasetManagement/api/migrations/versions";

    /// <summary>A revision with a new table, which older pods can live with.</summary>
    public static void AddTable(Checkout checkout, string revision, string after, string table) => Add(
        checkout, revision, after, $"op.create_table(\"{table}\", sa.Column(\"id\", sa.Integer, primary_key=True))", $"op.drop_table(\"{table}\")");

    /// <summary>A revision of these statements of Alembic.</summary>
    public static void Add(Checkout checkout, string revision, string after, string up, string down) => checkout.Write(Of(revision), $"""
        revision = "{revision}"
        down_revision = "{after}"
        branch_labels = None
        depends_on = None

        import sqlalchemy as sa
        from alembic import op


        def upgrade():
            {up}


        def downgrade():
            {down}

        """);

    /// <summary>Where it is in the checkout.</summary>
    public static string Of(string revision) => $"{Folder}/{revision}_story.py";
}
