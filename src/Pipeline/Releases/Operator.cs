namespace Pipeline.Releases;

/// <summary>Who runs this, as the record and the deploy lock name them.</summary>
public static class Operator
{
    /// <summary>Who started the CI run and its address on GitHub Actions, Azure Pipelines, GitLab and Jenkins, else user and host.</summary>
    public static string Describe() => Describe(Environment.GetEnvironmentVariable);

    internal static string Describe(Func<string, string?> variable)
    {
        string? Of(string name) => variable(name) is { Length: > 0 } value ? value : null;
        if (Of("GITHUB_RUN_ID") is { } run)
            return $"{Of("GITHUB_ACTOR") ?? "ci"} by {Of("GITHUB_SERVER_URL")}/{Of("GITHUB_REPOSITORY")}/actions/runs/{run}{(Of("GITHUB_RUN_ATTEMPT") is { } attempt and not "1" ? $"/attempts/{attempt}" : "")}";
        // A project of Azure may have spaces in its name.
        if (Of("BUILD_BUILDID") is { } build)
            return $"{Of("BUILD_REQUESTEDFOR") ?? "ci"} by {Of("SYSTEM_COLLECTIONURI")?.TrimEnd('/')}/{Uri.EscapeDataString(Of("SYSTEM_TEAMPROJECT") ?? "")}/_build/results?buildId={build}";
        if (Of("CI_JOB_URL") is { } job)
            return $"{Of("GITLAB_USER_LOGIN") ?? "ci"} by {job}";
        if (Of("BUILD_URL") is { } address)
            return $"{Of("BUILD_USER_ID") ?? "ci"} by {address}";
        return $"{Environment.UserName}@{Environment.MachineName}";
    }
}
