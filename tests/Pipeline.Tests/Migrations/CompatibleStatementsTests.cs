using Pipeline.Migrations;

namespace Pipeline.Tests.Migrations;

public sealed class CompatibleStatementsTests
{
    [Theory]
    [InlineData("CREATE TABLE files (id SERIAL NOT NULL, path VARCHAR(1000) NOT NULL UNIQUE, at timestamptz DEFAULT clock_timestamp(), PRIMARY KEY (id), CHECK (id > 0))")]
    [InlineData("CREATE TABLE IF NOT EXISTS files (id int)")]
    [InlineData("CREATE TABLE app.events (id bigint) PARTITION BY RANGE (id)")]
    [InlineData("CREATE TABLE files (d BIGINT, FOREIGN KEY(d) REFERENCES datasets (id) ON DELETE CASCADE)")]
    [InlineData("CREATE TABLE nodes (id int primary key, parent int references nodes (id))")]
    [InlineData("CREATE TABLE a (id int primary key); CREATE TABLE b (a int REFERENCES a (id)); CREATE UNIQUE INDEX ix ON b (a); ALTER TABLE b ADD CONSTRAINT c CHECK (a > 0), ALTER COLUMN a SET NOT NULL")]
    [InlineData("CREATE TYPE kind AS ENUM ('a', 'b'); ALTER TABLE datasets ADD COLUMN k kind")]
    [InlineData("ALTER TABLE datasets ADD COLUMN owner VARCHAR(50)")]
    [InlineData("ALTER TABLE IF EXISTS ONLY public.datasets ADD owner text NULL, ADD COLUMN IF NOT EXISTS \"Where\" numeric(10,2)")]
    [InlineData("ALTER TABLE datasets ADD COLUMN owner VARCHAR(50) DEFAULT 'no''body; DROP TABLE datasets; --' NOT NULL")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n INTEGER DEFAULT -1 NOT NULL, ADD COLUMN f BOOLEAN DEFAULT false NOT NULL, ADD COLUMN j JSONB DEFAULT '{}'::jsonb")]
    [InlineData("ALTER TABLE datasets ADD COLUMN at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL")]
    [InlineData("ALTER TABLE datasets ADD COLUMN tags TEXT[] DEFAULT '{}' NOT NULL, ADD COLUMN t TIMESTAMP(3) WITHOUT TIME ZONE, ADD COLUMN c text COLLATE \"C\"")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name TYPE VARCHAR(400); ALTER TABLE datasets ALTER name SET DATA TYPE TEXT")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN price TYPE NUMERIC(14, 2)")]
    [InlineData("ALTER TABLE datasets ADD COLUMN v varchar(5); ALTER TABLE datasets ALTER COLUMN v TYPE varchar(9)")]
    [InlineData("CREATE INDEX CONCURRENTLY ix ON datasets (name)")]
    [InlineData("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON ONLY public.datasets USING btree (name DESC NULLS LAST, price text_pattern_ops) INCLUDE (id) WITH (fillfactor = 70) WHERE deleted_at IS NULL AND kind IN ('a', 'b')")]
    [InlineData("COMMENT ON COLUMN datasets.name IS 'what people call it; DROP TABLE x'")]
    [InlineData("SET LOCAL lock_timeout = '5s'; SET statement_timeout TO 1000")]
    [InlineData("BEGIN; /* nested /* comment; */ DROP TABLE x; */ ALTER TABLE datasets ADD COLUMN a int -- DROP TABLE y;\n; COMMIT")]
    [InlineData("UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a'; INSERT INTO alembic_version (version_num) VALUES ('a') RETURNING alembic_version.version_num")]
    public void Older_pods_live_with(string sql) => Assert.Null(Why(sql));

    [Theory]
    // What is gone or called otherwise.
    [InlineData("DROP TABLE datasets", "not on the list")]
    [InlineData("TRUNCATE datasets", "not on the list")]
    [InlineData("ALTER TABLE datasets DROP COLUMN name", "may use what it changes")]
    [InlineData("ALTER TABLE datasets RENAME TO sets", "may use what it changes")]
    [InlineData("ALTER TABLE datasets RENAME name TO title", "may use what it changes")]
    [InlineData("ALTER TABLE datasets ADD COLUMN a int, DROP COLUMN name", "may use what it changes")]
    [InlineData("ALTER TABLE datasets ADD COLUMN a int; ALTER TABLE datasets DROP COLUMN name", "may use what it changes")]
    [InlineData("ALTER TABLE datasets OWNER TO other", "may use what it changes")]
    [InlineData("ALTER TABLE datasets INHERIT parent", "may use what it changes")]
    [InlineData("DROP INDEX CONCURRENTLY ix", "not on the list")]
    [InlineData("ALTER TYPE kind ADD VALUE 'c'", "not on the list")]
    [InlineData("CREATE VIEW v AS SELECT 1", "not on the list")]
    [InlineData("CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql", "not on the list")]
    [InlineData("CREATE TRIGGER t BEFORE INSERT ON datasets EXECUTE FUNCTION f()", "not on the list")]
    [InlineData("CREATE DOMAIN d AS int CHECK (value > 0)", "not on the list")]
    [InlineData("CREATE TYPE pair AS (a int, b int)", "only a new enum type")]
    // What older pods do not write, or write otherwise.
    [InlineData("ALTER TABLE datasets ADD COLUMN owner TEXT NOT NULL", "do not fill the column")]
    [InlineData("ALTER TABLE datasets ADD COLUMN owner TEXT DEFAULT NULL NOT NULL", "do not fill the column")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name SET NOT NULL", "as it is")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name DROP NOT NULL", "as it is")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name SET DEFAULT 'x'", "as it is")]
    [InlineData("ALTER TABLE datasets ADD CONSTRAINT c CHECK (n > 0) NOT VALID", "may violate it")]
    [InlineData("ALTER TABLE datasets ADD UNIQUE (name)", "may violate it")]
    [InlineData("ALTER TABLE datasets ADD FOREIGN KEY(p) REFERENCES datasets (id)", "may violate it")]
    [InlineData("ALTER TABLE datasets ADD COLUMN p int REFERENCES datasets (id)", "more than hold a value")]
    [InlineData("ALTER TABLE datasets ADD COLUMN p int CHECK (p > 0)", "more than hold a value")]
    [InlineData("ALTER TABLE datasets ADD COLUMN p int UNIQUE", "more than hold a value")]
    [InlineData("CREATE TABLE files (d BIGINT, FOREIGN KEY(d) REFERENCES datasets (id))", "from deleting rows of datasets")]
    [InlineData("CREATE TABLE files (d BIGINT REFERENCES datasets (id) ON DELETE RESTRICT)", "from deleting rows of datasets")]
    [InlineData("CREATE TABLE files (d BIGINT REFERENCES datasets, \"on\" int, \"delete\" int, cascade int)", "from deleting rows of datasets")]
    [InlineData("CREATE TABLE files (d BIGINT); ALTER TABLE files ADD FOREIGN KEY (d) REFERENCES datasets (id)", "from deleting rows of datasets")]
    [InlineData("CREATE TABLE IF NOT EXISTS datasets (id int); ALTER TABLE datasets ALTER COLUMN id SET NOT NULL", "as it is")]
    [InlineData("CREATE TABLE p PARTITION OF events FOR VALUES FROM (1) TO (2)", "more than an ordinary new table")]
    [InlineData("CREATE TABLE c (id int) INHERITS (datasets)", "more than an ordinary new table")]
    [InlineData("CREATE TABLE c AS SELECT delete_all()", "more than an ordinary new table")]
    [InlineData("CREATE TABLE c (id int); ALTER TABLE c RENAME TO datasets", "more than complete a new table")]
    [InlineData("CREATE TEMP TABLE datasets (id int)", "not on the list")]
    // What locks the table or writes it anew.
    [InlineData("ALTER TABLE datasets ADD COLUMN u uuid DEFAULT gen_random_uuid()", "not a constant")]
    [InlineData("ALTER TABLE datasets ADD COLUMN u timestamptz DEFAULT clock_timestamp()", "not a constant")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n int DEFAULT 1 + random()", "more than hold a value")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n int DEFAULT nextval('s')", "not a constant")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n SERIAL", "none of PostgreSQL's own")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n positive", "none of PostgreSQL's own")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n int GENERATED ALWAYS AS IDENTITY", "more than hold a value")]
    [InlineData("ALTER TABLE datasets ADD COLUMN n int GENERATED ALWAYS AS (id * 2) STORED", "more than hold a value")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN id TYPE BIGINT", "from integer to bigint writes the whole table anew")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name TYPE VARCHAR(100)", "loses something")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN price TYPE NUMERIC(14, 4)", "writes the whole table anew")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN name TYPE TEXT USING upper(name)", "without an expression")]
    [InlineData("ALTER TABLE datasets ALTER COLUMN unknown TYPE TEXT", "is not known")]
    [InlineData("CREATE INDEX ix ON datasets (name)", "CONCURRENTLY avoids that")]
    [InlineData("CREATE UNIQUE INDEX CONCURRENTLY ix ON datasets (name)", "refuses rows")]
    [InlineData("CREATE INDEX CONCURRENTLY ix ON datasets ((name::int))", "may fail for rows")]
    [InlineData("CREATE INDEX CONCURRENTLY ix ON datasets (lower(name))", "may fail for rows")]
    [InlineData("CREATE INDEX CONCURRENTLY ix ON datasets (name) WHERE 1 / n > 0", "may fail for rows")]
    [InlineData("CREATE INDEX CONCURRENTLY ix ON datasets (name) WHERE f(n)", "may fail for rows")]
    // What only looks harmless.
    [InlineData("DO $$ BEGIN DROP TABLE datasets; END $$", "not on the list")]
    [InlineData("WITH gone AS (DELETE FROM datasets RETURNING *) UPDATE alembic_version SET version_num='b'", "not on the list")]
    [InlineData("UPDATE alembic_version SET version_num=(SELECT drop_it())", "not on the list")]
    [InlineData("UPDATE datasets SET name = 'alembic_version'", "not on the list")]
    [InlineData("DELETE FROM datasets WHERE 1 = 0", "not on the list")]
    [InlineData("SELECT setval('s', 1)", "not on the list")]
    [InlineData("SET search_path = other", "not on the list")]
    [InlineData("SET standard_conforming_strings = off", "not on the list")]
    [InlineData("COMMENT ON TABLE datasets IS 'x' || f()", "not on the list")]
    [InlineData("ALTER TABLE datasets /* ADD COLUMN a int */ DROP COLUMN name", "may use what it changes")]
    [InlineData("ALTER TABLE datasets -- ADD COLUMN a int;\n DROP COLUMN name", "may use what it changes")]
    [InlineData("ROLLBACK", "not on the list")]
    public void Older_pods_may_not_live_with(string sql, string why) => Assert.Contains(why, Why(sql), StringComparison.Ordinal);

    private static string? Why(string sql)
    {
        var (statements, fault) = SqlReader.Read($"{sql};");
        Assert.Null(fault);
        var types = new ColumnTypes();
        types.Set("datasets", "id", SqlType.Parse("integer"));
        types.Set("datasets", "name", SqlType.Parse("character varying(200)"));
        types.Set("datasets", "price", SqlType.Parse("numeric(10,2)"));
        var list = new CompatibleStatements(types);
        return statements.Select(list.WhyBreaking).FirstOrDefault(w => w is not null);
    }
}
