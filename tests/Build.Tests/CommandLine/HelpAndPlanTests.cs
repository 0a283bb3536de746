using Build.Tests.Running;

namespace Build.Tests.CommandLine;

public sealed class HelpAndPlanTests
{
    private const string Snapshot = "tests/Build.Tests/CommandLine/help-and-plans.txt";
    private const string Accepting = "ACCEPT_SNAPSHOTS";

    [SkippableFact]
    public async Task Help_and_the_plans_of_all_targets_are_the_ones_that_were_agreed_on()
    {
        var page = string.Concat(await PagesAsync());
        if (Environment.GetEnvironmentVariable(Accepting) is { Length: > 0 })
            await File.WriteAllTextAsync(Path.Combine(Repository.Root, Snapshot), page);

        var agreed = Repository.Read(Snapshot);
        Assert.True(agreed == page, $"{Snapshot} differs (- agreed, + now):\n{TextDiff.Of(agreed, page)}\nIf that is meant: {Accepting}=1 dotnet test tests/Build.Tests, and commit the file.");
    }

    [SkippableFact]
    public async Task No_line_of_the_help_is_wider_than_80_columns()
    {
        using var checkout = new RealProgram();

        var help = (await checkout.BuildAsync("--help")).Ended(0);

        Assert.All(help.Output.Split('\n'), l => Assert.InRange(l.Length, 0, 80));
        Assert.Equal("", help.Errors);
    }

    private static async Task<IReadOnlyList<string>> PagesAsync()
    {
        using var checkout = new RealProgram();
        var targets = TheBuild.Targets;
        var deploy = (await checkout.BuildAsync("Deploy", "--plan")).Ended(0).Output;
        var skippable = targets.Where(t => t != "Deploy" && deploy.Contains($"\n  {t} ", StringComparison.Ordinal));
        string[][] commands = [["--help"], .. targets.Select(t => (string[])[t, "--plan"]), .. skippable.Select(t => (string[])["Deploy", "--skip", t, "--plan"]), ["Deploy", "--skip", "--plan"]];
        var pages = new string[commands.Length];
        await Parallel.ForAsync(0, commands.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) =>
        {
            var outcome = (await checkout.BuildAsync(commands[i])).Ended(0);
            pages[i] = $"$ ./build.sh {string.Join(' ', commands[i])}\n{outcome.Output.ReplaceLineEndings("\n")}\n";
        });
        return pages;
    }
}
