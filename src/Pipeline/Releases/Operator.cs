namespace Pipeline.Releases;

/// <summary>Who runs this, as the record names them.</summary>
public static class Operator
{
    /// <summary>The CI run's address on GitHub Actions and Azure Pipelines, else user and host.</summary>
    public static string Describe()
    {
        var run = Variable("GITHUB_RUN_ID");
        if (run is not null)
            return $"{Variable("GITHUB_ACTOR") ?? "ci"} by {Variable("GITHUB_SERVER_URL")}/{Variable("GITHUB_REPOSITORY")}/actions/runs/{run}";
        var build = Variable("BUILD_BUILDID");
        if (build is not null)
            return $"{Variable("BUILD_REQUESTEDFOR") ?? "ci"} by {Variable("SYSTEM_COLLECTIONURI")}{Variable("SYSTEM_TEAMPROJECT")}/_build/results?buildId={build}";
        return $"{Environment.UserName}@{Environment.MachineName}";
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
