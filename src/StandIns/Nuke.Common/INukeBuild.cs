#nullable disable
using System.Linq.Expressions;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>What a component may ask of the build it belongs to.</summary>
public interface INukeBuild
{
    /// <summary>What the process ends with; null leaves it to the outcome of the targets.</summary>
    int? ExitCode { get; set; }

    /// <summary>The folder that holds <c>.nuke</c>.</summary>
    AbsolutePath RootDirectory { get; }

    /// <summary><c>.nuke/temp</c>.</summary>
    AbsolutePath TemporaryDirectory { get; }

    /// <summary>True on a CI host.</summary>
    bool IsServerBuild { get; }

    /// <summary>Says beside the running target's name, at the end of the run, what it made.</summary>
    void ReportSummary(Configure<Dictionary<string, string>> configurator = null);

    /// <summary>The value of a parameter: from the command line, else the environment, else the profile's file; null when it has none.</summary>
    T TryGetValue<T>(Expression<Func<T>> parameterExpression)
        where T : class;

    /// <summary>The value of a parameter that is no class, as in <c>TryGetValue&lt;bool?&gt;(() =&gt; Force)</c>.</summary>
    T TryGetValue<T>(Expression<Func<object>> parameterExpression);
}
