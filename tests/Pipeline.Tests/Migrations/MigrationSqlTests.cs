using Pipeline.Migrations;

namespace Pipeline.Tests.Migrations;

public sealed class MigrationSqlTests
{
    private static readonly SchemaRevision[] Two = [new("bbbb", ["aaaa"], false, ""), new("cccc", ["bbbb"], true, "")];

    // As alembic 1.8 prints it.
    private const string Sql = """
        BEGIN;

        -- Running upgrade aaaa -> bbbb

        ALTER TABLE datasets ADD COLUMN owner VARCHAR(50);

        UPDATE alembic_version SET version_num='bbbb' WHERE alembic_version.version_num = 'aaaa';

        COMMIT;

        BEGIN;

        -- Running upgrade bbbb -> cccc

        UPDATE datasets SET owner = 'the; secret'
        WHERE owner IS NULL;

        ALTER TABLE datasets DROP COLUMN description;

        UPDATE alembic_version SET version_num='cccc' WHERE alembic_version.version_num = 'bbbb';

        COMMIT;

        """;

    [Fact]
    public void Each_revision_has_a_verdict_with_the_statement_that_decides_and_without_its_values()
    {
        var verdicts = MigrationSql.Read(Sql).Judge(Two, new ColumnTypes());

        Assert.Equal(("bbbb", "aaaa", null, 1), (verdicts[0].Revision, verdicts[0].Parents.Single(), verdicts[0].Breaking, verdicts[0].Statements));
        Assert.Equal("cccc: UPDATE datasets SET owner = '…' WHERE owner IS NULL: it is not on the list of what older pods can live with", verdicts[1].ToString());
        Assert.Equal(2, verdicts[1].Statements);
    }

    [Fact]
    public void The_first_revision_makes_alembics_own_table_too()
    {
        const string first = """
            BEGIN;
            CREATE TABLE alembic_version (
                version_num VARCHAR(32) NOT NULL,
                CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
            );
            -- Running upgrade  -> aaaa
            CREATE TABLE datasets (id BIGINT);
            INSERT INTO alembic_version (version_num) VALUES ('aaaa') RETURNING alembic_version.version_num;
            COMMIT;
            """;

        var verdict = Assert.Single(MigrationSql.Read(first).Judge([new("aaaa", [], true, "")], new ColumnTypes()));

        Assert.True(verdict.IsCompatible);
        Assert.Equal(1, verdict.Statements);
    }

    [Theory]
    [InlineData("-- Running upgrade aaaa -> bbbb\nALTER TABLE t ADD COLUMN a int;\n", "it is not that of these revisions")]
    [InlineData("", "it is not that of these revisions")]
    [InlineData("DROP TABLE t;\n" + Sql, "'DROP TABLE t' belongs to no revision")]
    [InlineData(Sql + "SELECT 'no end", "what begins with ' does not end")]
    [InlineData(Sql + "DO $x$ no end $y$;", "what begins with $x$ does not end")]
    [InlineData(Sql + "/* no end", "a comment does not end")]
    [InlineData(Sql + "\\! rm -rf /", "'\\' is no SQL")]
    [InlineData(Sql + "SELECT 1", "its last statement does not end")]
    [InlineData(Sql + "-- Running upgrade aaaa -> bbbb\n", "it is not that of these revisions")]
    public void What_cannot_be_read_is_breaking_all_of_it(string sql, string why)
    {
        var verdicts = MigrationSql.Read(sql).Judge(Two, new ColumnTypes());

        Assert.Equal(["bbbb", "cccc"], verdicts.Select(v => v.Revision));
        Assert.All(verdicts, v => Assert.Contains($"its SQL cannot be read: {why}", v.Breaking, StringComparison.Ordinal));
    }

    [Fact]
    public void A_mark_inside_a_statement_or_a_text_moves_nothing_to_another_revision()
    {
        var sql = Sql.Replace("ALTER TABLE datasets DROP COLUMN description;", "COMMENT ON TABLE datasets IS '\n-- Running upgrade bbbb -> cccc\n'; DROP TABLE\n-- Running upgrade x -> y\ndatasets;", StringComparison.Ordinal);

        Assert.Equal(["bbbb", "cccc"], MigrationSql.Read(sql).Steps.Select(s => s.To));
    }

    [Fact]
    public void What_is_new_in_one_revision_is_old_in_the_next()
    {
        const string sql = "-- Running upgrade aaaa -> bbbb\nCREATE TABLE n (id int);\n-- Running upgrade bbbb -> cccc\nCREATE INDEX ix ON n (id);\n";

        var verdicts = MigrationSql.Read(sql).Judge(Two, new ColumnTypes());

        Assert.Equal((true, false), (verdicts[0].IsCompatible, verdicts[1].IsCompatible));
    }

    [Fact]
    public void A_downgrade_that_does_nothing_has_no_statement()
    {
        const string sql = "BEGIN;\n-- Running downgrade cccc -> bbbb\nUPDATE alembic_version SET version_num='bbbb' WHERE alembic_version.version_num = 'cccc';\nCOMMIT;\nBEGIN;\n-- Running downgrade bbbb -> \nDROP TABLE n;\nDELETE FROM alembic_version WHERE alembic_version.version_num = 'bbbb';\nCOMMIT;\nDROP TABLE alembic_version;\n";

        Assert.Equal([("cccc", "bbbb", 0), ("bbbb", "", 1)], MigrationSql.Read(sql).Steps.Select(s => (s.From, s.To, s.Statements.Length)));
    }
}
