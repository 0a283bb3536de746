#nullable disable
using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>The base of a build: a class whose <c>Main</c> returns <see cref="Execute{T}"/>.</summary>
public abstract class NukeBuild : INukeBuild
{
    /// <summary>The folder that holds <c>.nuke</c>.</summary>
    public static AbsolutePath RootDirectory { get; internal set; }

    /// <summary><c>.nuke/temp</c>.</summary>
    public static AbsolutePath TemporaryDirectory => RootDirectory / ".nuke" / "temp";

    /// <summary>True on a CI host.</summary>
    public static bool IsServerBuild => Array.Exists(["GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "CI"], v => Environment.GetEnvironmentVariable(v) is { Length: > 0 });

    /// <summary>What the process ends with; null ends it with 0, 1 when a target failed, or 130 when the run was cancelled.</summary>
    public int? ExitCode { get; set; }

    AbsolutePath INukeBuild.RootDirectory => RootDirectory;

    AbsolutePath INukeBuild.TemporaryDirectory => TemporaryDirectory;

    bool INukeBuild.IsServerBuild => IsServerBuild;

    internal ParameterValues Values { get; set; }

    T INukeBuild.TryGetValue<T>(Expression<Func<T>> parameterExpression) => (T)Values.Get(ParameterMember.Of(parameterExpression));

    T INukeBuild.TryGetValue<T>(Expression<Func<object>> parameterExpression) => Values.Get(ParameterMember.Of(parameterExpression)) is T value ? value : default;

    /// <summary>Says beside the running target's name, at the end of the run, what it made.</summary>
    /// <param name="configurator">Adds names and values; they replace what the target reported before.</param>
    public void ReportSummary(Configure<Dictionary<string, string>> configurator = null) => ReportedSummary.Report(configurator);

    /// <summary>Runs what the command line asks for.</summary>
    /// <param name="defaultTargetExpressions">What runs when it asks for nothing.</param>
    /// <returns>0 when all targets succeeded, 2 when the command line or a setting is wrong, else <see cref="ExitCode"/>, or 1, or 130 when the run was cancelled.</returns>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new() => BuildProgram.Main(new T(), defaultTargetExpressions, Environment.GetCommandLineArgs()[1..]);
}
