using CliWrap;
using Pipeline.Backups;
using Pipeline.Errors;

namespace Pipeline.Tests.Backups;

public sealed class PostgresProgramTests
{
    [Fact]
    public async Task A_missing_program_says_how_to_install_it()
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => new PostgresProgram("pg_dump_of_nowhere").VersionAsync(150018, default));

        Assert.StartsWith("'pg_dump_of_nowhere' was not found on the PATH. Install it: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("15", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_program_older_than_the_server_is_refused_before_it_runs()
    {
        var program = await InstalledAsync();
        var error = await Assert.ThrowsAsync<FailureException>(() => program.VersionAsync(990001, default));

        Assert.Contains("older than the server (99), and would refuse it. Install it: ", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Its_own_words_are_kept_when_it_fails()
    {
        var program = await InstalledAsync();
        var error = await Assert.ThrowsAsync<FailureException>(() => program.RunAsync(["--no-such-flag"], null, PipeTarget.Null, default));

        Assert.StartsWith("'pg_dump' ended with 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-flag", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_full_disk_ends_a_program_that_still_writes()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs 'yes', which writes for ever");
        var full = PipeTarget.Create((_, _) => throw new IOException("No space left on device"));
        var running = new PostgresProgram("yes").RunAsync([], null, full, default);

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_table_that_a_dump_lacks_is_named()
    {
        const string contents = """
            ;     Dumped from database version: 15.18
            215; 1259 16386 TABLE public datasets dataset
            3341; 0 16386 TABLE DATA public datasets dataset
            """;

        Assert.Equal(["public.dataset"], BackupProof.Missing(contents, ["public dataset", "public datasets"]));
    }

    private static async Task<PostgresProgram> InstalledAsync()
    {
        var program = new PostgresProgram("pg_dump");
        try
        {
            await program.VersionAsync(0, default);
        }
        catch (FailureException e)
        {
            Skip.If(true, e.Message);
        }

        return program;
    }
}
