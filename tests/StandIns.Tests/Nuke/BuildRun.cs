using System.Linq.Expressions;
using Nuke.Common;
using Nuke.Common.Execution;

namespace StandIns.Tests.Nuke;

/// <summary>One run of a build as its <c>Main</c> would make it: what it ended with and what it printed.</summary>
internal sealed record BuildRun(int ExitCode, string Output, string Errors)
{
    // A run here must not see that these tests themselves run on a CI host, or under build.sh.
    private static readonly string[] Foreign = ["NUKE_PROFILE", "PIPELINE_PROFILE", "GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "CI"];

    /// <param name="build">The build.</param>
    /// <param name="folder">The folder that holds <c>.nuke</c>.</param>
    /// <param name="arguments">The command line, words separated by spaces.</param>
    /// <param name="variables">Environment variables of this run.</param>
    public static Task<BuildRun> OfAsync<T>(T build, TemporaryFolder folder, string arguments, params (string Name, string Value)[] variables)
        where T : NukeBuild => OfAsync(build, folder, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), [], variables);

    /// <summary>With arguments that hold spaces or nothing, or with targets that run when none is named.</summary>
    public static async Task<BuildRun> OfAsync<T>(
        T build, TemporaryFolder folder, string[] arguments, Expression<Func<T, Target>>[] defaults, params (string Name, string Value)[] variables)
        where T : NukeBuild
    {
        var all = Foreign.Select(f => (Name: f, Value: (string?)null)).Append((Name: "NUKE_ROOT", Value: folder.Path)).Concat(variables.Select(v => (v.Name, Value: (string?)v.Value))).ToList();
        var before = all.Select(v => v.Name).Distinct().Select(n => (Name: n, Value: Environment.GetEnvironmentVariable(n))).ToList();
        var (output, errors) = (Console.Out, Console.Error);
        using var printed = new StringWriter();
        using var complained = new StringWriter();
        try
        {
            all.ForEach(v => Environment.SetEnvironmentVariable(v.Name, v.Value));
            Console.SetOut(printed);
            Console.SetError(complained);
            var code = await Task.Run(() => BuildProgram.Main(build, defaults, arguments)).WaitAsync(TimeSpan.FromSeconds(30));
            return new BuildRun(code, printed.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
            before.ForEach(v => Environment.SetEnvironmentVariable(v.Name, v.Value));
        }
    }

    /// <summary>What it complained of, one sentence a line.</summary>
    public string[] Sentences => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What it printed, line by line.</summary>
    public string[] Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd())];
}

/// <summary>Tests that own the process's console and environment; no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "Console and environment";
}
