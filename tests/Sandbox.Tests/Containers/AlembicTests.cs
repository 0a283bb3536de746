using System.Diagnostics;
using Pipeline.Migrations;
using Pipeline.Sandbox.Containers;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Containers;

public sealed class AlembicTests : IDisposable
{
    private readonly ProgramBed bed = new();

    public void Dispose() => bed.Dispose();

    [Fact]
    public async Task History_is_printed_newest_first_in_the_words_of_alembic()
    {
        Assert.Equal(0, await MoveAsync("history"));

        Assert.Equal(
            ["8b62d4e5f093 -> c7a41e88d356 (head), add files", "3f1c9a0b7d21 -> 8b62d4e5f093, add a description", "<base> -> 3f1c9a0b7d21, create datasets"], bed.Lines);
    }

    [Fact]
    public async Task Heads_are_those_that_nothing_follows()
    {
        Assert.Equal(0, await MoveAsync("heads"));

        Assert.Equal(["c7a41e88d356 (head)"], bed.Lines);
    }

    [Fact]
    public async Task Sql_of_a_range_says_that_it_is_not_all()
    {
        Assert.Equal(0, await MoveAsync("upgrade", "3f1c:head", "--sql"));

        Assert.Contains("-- Running upgrade 8b62d4e5f093 -> c7a41e88d356", bed.Lines);
        Assert.Contains(bed.Lines, l => l.Contains("alembic is not installed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sql_is_what_a_revision_executes_as_text_and_the_rest_is_named()
    {
        const string file = """
            revision = "d21b7f30aa41"
            down_revision = "c7a41e88d356"


            def upgrade() -> None:
                op.execute("ALTER TABLE datasets ADD COLUMN note TEXT;")
                op.create_table("notes", sa.Column("id"))


            def downgrade() -> None:
                op.drop_table("notes")
                op.execute(
                    "ALTER TABLE datasets DROP COLUMN note"
                )

            """;

        Assert.Equal(0, await MoveWithAsync(file, "upgrade", "c7a4:head", "--sql"));
        Assert.Equal(
            ["ALTER TABLE datasets ADD COLUMN note TEXT;", "-- create_table: not known without alembic", "UPDATE alembic_version SET version_num='d21b7f30aa41';"], bed.Lines.Skip(3).SkipLast(1));
        bed.Lines.Clear();
        Assert.Equal(0, await MoveWithAsync(file, "downgrade", "d21b:c7a4", "--sql"));
        Assert.Equal(
            ["SELECT 'drop_table: not known without alembic';", "ALTER TABLE datasets DROP COLUMN note;", "UPDATE alembic_version SET version_num='c7a41e88d356';"], bed.Lines.Skip(3).SkipLast(1));
    }

    [Fact]
    public async Task A_downgrade_without_a_body_has_no_SQL()
    {
        Assert.Equal(0, await MoveWithAsync("revision = \"d21b7f30aa41\"\ndown_revision = \"c7a41e88d356\"\n\ndef downgrade():\n    pass\n", "downgrade", "d21b:c7a4", "--sql"));

        Assert.Equal("UPDATE alembic_version SET version_num='c7a41e88d356';", Assert.Single(bed.Lines.Skip(3).SkipLast(1)));
    }

    [Fact]
    public async Task The_plan_of_a_migration_is_read_from_its_Job_as_from_a_real_shell()
    {
        var context = bed.Context(MigrationPlan.Upgrade("3f1c9a0b7d21"), ("DATABASE_URL", "none"), ("PATH", "/nowhere"));

        Assert.Equal(0, await bed.RunAsync(ContainerPrograms.Choose(context), context));

        var plan = MigrationPlan.Read(bed.Lines);
        Assert.Equal("c7a41e88d356", plan.History.Head!.Id);
        Assert.Null(plan.Sql.Fault);
        Assert.Equal(["8b62d4e5f093", "c7a41e88d356"], plan.Sql.Steps.Select(s => s.To));
    }

    [Fact]
    public async Task A_plan_from_a_revision_that_the_image_lacks_says_what_alembic_said()
    {
        var context = bed.Context(MigrationPlan.Upgrade("ffff"), ("DATABASE_URL", "none"), ("PATH", "/nowhere"));

        Assert.Equal(0, await bed.RunAsync(ContainerPrograms.Choose(context), context));

        Assert.Equal("FAILED: Can't locate revision identified by 'ffff'", MigrationPlan.Read(bed.Lines).Sql.Fault);
    }

    [Theory]
    [InlineData("upgrade", "ffff:head", "FAILED: Can't locate revision identified by 'ffff'")]
    [InlineData("merge", "heads", "FAILED: No such command: alembic merge heads --sql")]
    public async Task What_cannot_be_done_fails_with_255(string command, string range, string line)
    {
        Assert.Equal(255, await MoveAsync(command, range, "--sql"));

        Assert.Equal(line, bed.Lines.Last());
    }

    [Fact]
    public async Task Without_a_database_there_is_nothing_to_migrate()
    {
        Assert.Equal(255, await MoveAsync("upgrade", "head"));

        Assert.Equal("FAILED: DATABASE_URL leads to no database", bed.Lines.Last());
    }

    [SkippableFact]
    public async Task The_machines_own_alembic_runs_on_the_images_files()
    {
        Skip.If(OperatingSystem.IsWindows(), "the stand-in for alembic is a shell script");
        var folder = Directory.CreateTempSubdirectory("pipeline-");
        try
        {
            var script = Path.Combine(folder.FullName, "alembic");
            await File.WriteAllTextAsync($"{script}.text", "#!/bin/sh\necho \"$@\"\nls migrations/versions\necho \"$DATABASE_URL\" >&2\nexit 4\n");
            // What this process has open for writing, a program that another test starts may hold for a moment: "Text file busy".
            using (var copy = Process.Start("cp", [$"{script}.text", script]))
                await copy.WaitForExitAsync();
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var exit = await bed.RunAsync(new AlembicProgram(script), bed.Context(["alembic", "upgrade", "head"], ("DATABASE_URL", "postgresql://x/y"), ("PATH", "/nowhere")));

            Assert.Equal(4, exit);
            Assert.Equal(["0.py", "1.py", "2.py", "postgresql://x/y", "upgrade head"], bed.Lines.Order(StringComparer.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_migration_fails_half_way_with_a_traceback()
    {
        var fault = new FaultyProgram(new ShellProgram("echo to $TARGET"), name => name == "migration-fails" ? new Fault(name) : null);

        Assert.Equal(1, await bed.RunAsync(fault, bed.Context(["alembic", "upgrade", "c7a41e88d356"], ("TARGET", "the revision before"))));

        Assert.Contains("Traceback (most recent call last):", bed.Lines);
        Assert.Contains("to the revision before", bed.Lines);
    }

    [Fact]
    public async Task A_migration_that_hangs_ends_only_when_it_is_told_to()
    {
        var fault = new FaultyProgram(new ShellProgram("true"), name => name == "migration-hangs" ? new Fault(name) : null);
        var run = bed.RunAsync(fault, bed.Context(["alembic", "upgrade", "head"]));
        await Task.Delay(100);
        Assert.False(run.IsCompleted);

        await bed.TerminateAsync();

        Assert.Equal(143, await run);
    }

    private Task<int> MoveWithAsync(string file, params string[] command)
    {
        var context = bed.Context(["alembic", .. command], ("DATABASE_URL", "none"));
        var files = context.Files.Append(KeyValuePair.Create("srv/migrations/versions/3.py", (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(file))).ToDictionary();
        return new RevisionMover(new ContainerContext { Command = context.Command, Environment = context.Environment, Files = files, Log = context.Log, Listening = context.Listening, Time = context.Time, Terminating = context.Terminating }).RunAsync(CancellationToken.None);
    }

    private Task<int> MoveAsync(params string[] command) => new RevisionMover(bed.Context(["alembic", .. command], ("DATABASE_URL", "none"))).RunAsync(CancellationToken.None);
}
