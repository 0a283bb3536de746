using System.Linq.Expressions;
using Nuke.Common.Output;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>From the command line to the exit code.</summary>
internal static class BuildProgram
{
    private const int Usage = 2;

    /// <returns>The process's exit code.</returns>
    public static int Main<T>(T build, Expression<Func<T, Target>>[] defaults, string[] arguments)
        where T : NukeBuild
    {
        try
        {
            return RunAsync(build, defaults, arguments).GetAwaiter().GetResult();
        }
        catch (UsageFault fault)
        {
            foreach (var sentence in fault.Sentences)
                Console.Error.WriteLine(Mask(build, $"Error: {sentence}"));
            return Usage;
        }
    }

    private static async Task<int> RunAsync<T>(T build, Expression<Func<T, Target>>[] defaults, string[] arguments)
        where T : NukeBuild
    {
        NukeBuild.RootDirectory = RootFolder.Find(arguments);
        var parameters = ParameterMember.AllOf(typeof(T));
        // The parser costs a third of the whole time of --help.
        var typed = arguments is ["--help"] or ["--plan"]
            ? new CommandLine([], null, null, "normal", IsPlan: arguments[0] == "--plan", IsHelp: arguments[0] == "--help", new Dictionary<string, string[]>())
            : CommandLine.Parse(arguments, parameters);
        build.Values = new ParameterValues(parameters, typed.Values, new ProfileFile(new Dictionary<string, string[]>(), []));
        var graph = TargetGraph.Of(build);
        var standard = defaults.Select(d => ((MemberExpression)d.Body).Member.Name).ToList();
        if (typed.IsHelp)
            return Print(HelpText.Of(graph, parameters, standard));
        var plan = Plan.Of(graph, typed.Targets.Count > 0 ? typed.Targets : standard, typed.Skip);
        if (typed.IsPlan)
            return Print(PlanText.Of(plan));
        Configure(build, parameters, typed, plan);
        var code = await new TargetRun(build, plan, typed.Verbosity).RunAsync();
        // What a target set says more; but no target can turn a failure into a success.
        return build.ExitCode is { } set && (set != 0 || code == 0) ? set : code;
    }

    private static void Configure(NukeBuild build, IReadOnlyList<Parameter> parameters, CommandLine typed, Plan plan)
    {
        var profile = typed.Profile ?? (Environment.GetEnvironmentVariable("NUKE_PROFILE") is { Length: > 0 } named ? named : Environment.GetEnvironmentVariable("PIPELINE_PROFILE"));
        var file = ProfileFile.Read(NukeBuild.RootDirectory, string.IsNullOrEmpty(profile) ? null : profile, parameters);
        build.Values = new ParameterValues(parameters, typed.Values, file);
        SchemaFile.Write(NukeBuild.RootDirectory, parameters);
        var faults = file.Faults.Concat(build.Values.Faults()).Concat(Requirements.Faults(plan, build.Values)).ToList();
        if (faults.Count > 0)
            throw new UsageFault(string.IsNullOrEmpty(profile) && file.Faults.Count == 0 ? [.. faults, .. Choice()] : faults);
    }

    private static IEnumerable<string> Choice() => ProfileFile.Names(NukeBuild.RootDirectory) is { Count: > 0 } names
        ? [$"No environment was chosen: pass --profile NAME or set PIPELINE_PROFILE. There are: {string.Join(", ", names)}."]
        : [];

    private static int Print(string text)
    {
        Console.Out.Write(text);
        return 0;
    }

    private static string Mask(NukeBuild build, string text) => new SecretMask(build.Values?.Secrets() ?? []).Apply(text);
}
