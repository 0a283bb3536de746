using Pipeline.Releases;

namespace Pipeline.Tests.Releases;

public sealed class OperatorTests
{
    [Fact]
    public void A_CI_run_is_named_by_who_started_it_and_where_it_is_seen()
    {
        Assert.Equal("ann by https://github.com/team/app/actions/runs/7", Of(("GITHUB_RUN_ID", "7"), ("GITHUB_ACTOR", "ann"), ("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "team/app"), ("GITHUB_RUN_ATTEMPT", "1")));
        Assert.EndsWith("/actions/runs/7/attempts/2", Of(("GITHUB_RUN_ID", "7"), ("GITHUB_RUN_ATTEMPT", "2")), StringComparison.Ordinal);
        Assert.Equal("Ann Lee by https://dev.azure.com/team/The%20App/_build/results?buildId=9", Of(("BUILD_BUILDID", "9"), ("BUILD_REQUESTEDFOR", "Ann Lee"), ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/team/"), ("SYSTEM_TEAMPROJECT", "The App")));
        Assert.Equal("ann by https://gitlab.example.com/team/app/-/jobs/3", Of(("CI_JOB_URL", "https://gitlab.example.com/team/app/-/jobs/3"), ("GITLAB_USER_LOGIN", "ann")));
        Assert.Equal("ci by https://jenkins.example.com/job/app/5/", Of(("BUILD_URL", "https://jenkins.example.com/job/app/5/")));
    }

    [Fact]
    public void A_person_is_named_with_their_machine() => Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", Of());

    private static string Of(params (string Name, string Value)[] variables) => Operator.Describe(name => variables.FirstOrDefault(v => v.Name == name).Value);
}
