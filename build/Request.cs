using System.Reflection;
using Nuke.Common;
using Pipeline.Build.Targets;
using Pipeline.Environments;
using Pipeline.Settings;

namespace Pipeline.Build;

/// <summary>What was typed. Two rules are about the whole of it, which no target sees, so they are checked before the host starts.</summary>
/// <param name="Targets">The targets asked for, as they are called.</param>
/// <param name="Values">What was given to flags that take one value.</param>
internal sealed record Request(IReadOnlyList<string> Targets, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Targets that use no environment at all.</summary>
    private static IReadOnlyList<string> Local =>
    [
        nameof(IBuildFrontend.BuildFrontend), nameof(IInit.Init), nameof(ISandbox.Sandbox), nameof(IRehearse.Rehearse),
        nameof(ICompile.Compile), nameof(ITest.Test), nameof(IClean.Clean),
    ];

    /// <summary>Targets that change no environment; any other one needs its environment named.</summary>
    public static readonly IReadOnlyList<string> Harmless =
    [
        nameof(IPreflight.Preflight), nameof(IPreview.Preview), nameof(IVerify.Verify), nameof(IStatus.Status), nameof(IHistory.History), nameof(IDiagnose.Diagnose), nameof(IIncidentReport.IncidentReport),
        nameof(IBuildImage.BuildImage), .. Local,
    ];

    private static readonly string[] Lists = ["--target", "--skip"];
    private static readonly string[] Switches = ["--plan", "--help", "--no-logo"];
    private static readonly string[] Valued = ["--profile", "--verbosity", "--root"];

    /// <summary>The sentence that refuses what was typed; null when the host may go on, be it to say what it does not understand.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="isCiHost">True where nobody watches.</param>
    public static string? Refusal(string[] arguments, bool isCiHost)
    {
        if (arguments.Contains("--help") || arguments.Contains("--plan") || Of(arguments) is not { } request)
            return null;
        if (request.Targets.Count > 1 && request.Targets.Contains(nameof(IRollback.Rollback)))
            return $"Rollback takes a whole release back and runs alone, not beside {string.Join(", ", request.Targets.Where(t => t != nameof(IRollback.Rollback)))}: ./build.sh Rollback";
        return request.Targets.FirstOrDefault(t => !Harmless.Contains(t)) is { } change ? request.Choice(isCiHost).Refusal(change) : null;
    }

    /// <summary>True when what was typed acts on the sandbox.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="isCiHost">True where nobody watches.</param>
    public static bool IsForSandbox(string[] arguments, bool isCiHost) =>
        !arguments.Contains("--help") && !arguments.Contains("--plan") && Of(arguments) is { } request
        && request.Targets.Any(t => !Local.Contains(t)) && request.Choice(isCiHost).IsOwnMachine && request.NamesNoOther;

    /// <summary>True when what was typed changes no environment.</summary>
    public static bool IsHarmless(string[] arguments) => Of(arguments)?.Targets.All(Harmless.Contains) ?? true;

    /// <summary>The repository's root, for what happens before the host starts.</summary>
    public static string RootOf(string[] arguments) => Of(arguments)!.Root;

    /// <summary>The profile that was named; null when none was.</summary>
    public static string? ProfileOf(string[] arguments) => Of(arguments)?.Profile;

    private static Request? Of(string[] arguments)
    {
        var names = Properties().Where(p => p.PropertyType == typeof(Target)).Select(p => p.Name).Distinct().ToList();
        var takesValue = Properties().Where(p => p.IsDefined(typeof(ParameterAttribute))).DistinctBy(p => p.Name).ToDictionary(p => Flag.Of(p.Name), p => p.PropertyType != typeof(bool));
        var (targets, values, flag) = (new List<string>(), new Dictionary<string, string>(), "--target");
        foreach (var word in arguments)
        {
            if (word.StartsWith('-'))
                flag = word;
            else if (Valued.Contains(flag) || takesValue.GetValueOrDefault(flag))
                (values[flag], flag) = (word, "--target");
            else if (flag != "--skip" && !bool.TryParse(word, out _))
                targets.Add(names.Find(n => n.Equals(word, StringComparison.OrdinalIgnoreCase)) ?? "");
            if (word.StartsWith('-') && !Lists.Concat(Switches).Concat(Valued).Concat(takesValue.Keys).Contains(word))
                return null;
        }

        return targets.Contains("") ? null : new Request(targets.Count > 0 ? [.. targets.Distinct()] : [nameof(IDeploy.Deploy)], values);
    }

    private static IEnumerable<PropertyInfo> Properties() => typeof(Build).GetInterfaces().SelectMany(t => t.GetProperties());

    private EnvironmentChoice Choice(bool isCiHost) => EnvironmentChoice.In(Root, Profile, isCiHost);

    private string? Profile => Values.GetValueOrDefault("--profile") ?? Variable("NUKE_PROFILE") ?? Variable("PIPELINE_PROFILE");

    // Without a profile's file, an environment may be described by flags and variables alone.
    private bool NamesNoOther =>
        (Values.GetValueOrDefault("--environment-name") ?? Variable("PIPELINE_ENVIRONMENT_NAME") ?? Variable("NUKE_EnvironmentName")) is null or EnvironmentChoice.OwnMachine;

    private string Root => Values.GetValueOrDefault("--root") ?? Variable("NUKE_ROOT") ?? Environment.CurrentDirectory;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
