using Build.Tests.Running;

namespace Build.Tests.CommandLine;

public sealed class UsageTests : IDisposable
{
    private readonly RealProgram checkout = new();

    [SkippableFact]
    public async Task An_unknown_target_is_answered_with_the_nearest_and_all_others()
    {
        var outcome = (await checkout.BuildAsync("Deply")).Ended(2);

        Assert.StartsWith("Error: There is no target 'Deply'. Did you mean 'Deploy'? Targets: ", outcome.Errors, StringComparison.Ordinal);
        Assert.All(TheBuild.Targets, t => Assert.Contains(t, outcome.Errors, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_unknown_flag_is_answered_with_the_nearest() =>
        (await checkout.BuildAsync("Deploy", "--cdn-timout", "1m")).Refuses("There is no flag '--cdn-timout'. Did you mean '--cdn-timeout'? ./build.sh --help lists all.");

    [SkippableFact]
    public async Task A_flag_that_is_only_a_part_of_some_is_answered_with_those() =>
        (await checkout.BuildAsync("IncidentReport", "--release", "2")).Refuses("There is no flag '--release'. Did you mean '--incident-release' or '--release-version'? ./build.sh --help lists all.");

    [SkippableFact]
    public async Task Missing_settings_are_named_by_their_flags_all_at_once() =>
        (await checkout.WithProfile("production").BuildAsync("Status", "--profile", "production")).Refuses(
            "--environment-name has no value (The environment's name. Stands in the profile's file). Give the flag, PIPELINE_ENVIRONMENT_NAME, or 'EnvironmentName' in the profile's file. Needed by Status.",
            "--kube-context has no value (The context in the kubeconfig; its current context never decides). Give the flag, PIPELINE_KUBE_CONTEXT, or 'KubeContext' in the profile's file. Needed by Status.",
            "--kube-namespace has no value (The namespace that the product runs in). Give the flag, PIPELINE_KUBE_NAMESPACE, or 'KubeNamespace' in the profile's file. Needed by Status.",
            "--cluster-uid has no value (The UID of the cluster's kube-system namespace, which pins the cluster; Init writes it). Give the flag, PIPELINE_CLUSTER_UID, or 'ClusterUid' in the profile's file. Needed by Status.");

    [SkippableFact]
    public async Task A_secret_is_never_asked_for_as_a_flag()
    {
        var outcome = (await checkout.WithProfile("production").BuildAsync("Backup", "--profile", "production")).Ended(2);

        Assert.Contains("One of PIPELINE_DATABASE_URL, --without-database must be given. Needed by Preflight, Backup.", outcome.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_malformed_profile_is_answered_with_its_line_and_column()
    {
        checkout.WithProfile("production", "{\n  \"RegistryUrl\": ");

        var outcome = (await checkout.BuildAsync("Status", "--profile", "production")).Ended(2);

        Assert.StartsWith($"Error: '{checkout.At(".nuke/parameters.production.json")}' is not valid JSON, line 2, column ", outcome.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_unknown_setting_in_a_profile_is_answered_with_the_nearest()
    {
        checkout.WithProfile("production", """{ "RegistryUlr": "registry.example.com" }""");

        var outcome = (await checkout.BuildAsync("Status", "--profile", "production")).Ended(2);

        Assert.StartsWith($"Error: '{checkout.At(".nuke/parameters.production.json")}': there is no setting 'RegistryUlr'. Did you mean 'RegistryUrl'?\n", outcome.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_profile_that_is_not_there_is_answered_with_those_that_are() =>
        (await checkout.WithProfile("production").WithProfile("staging").BuildAsync("Status", "--profile", "prodution")).Refuses(
            $"--profile: there is no 'prodution' ('{checkout.At(".nuke/parameters.prodution.json")}' does not exist). Did you mean 'production'? There are: production, staging.");

    [SkippableFact]
    public async Task Rollback_runs_alone() =>
        (await checkout.BuildAsync("deploy", "rollback")).Refuses("Rollback takes a whole release back and runs alone, not beside Deploy: ./build.sh Rollback");

    [SkippableFact]
    public async Task A_reason_may_be_any_word()
    {
        var outcome = (await checkout.WithProfile("production").BuildAsync("Rollback", "--profile", "production", "--reason", "Deploy")).Ended(2);

        Assert.DoesNotContain("alone", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("Needed by Rollback.", outcome.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_rehearsal_needs_its_fault() =>
        Assert.Contains("--fault is missing: './build.sh Rehearse --fault list' describes what can be rehearsed.", (await checkout.BuildAsync("Rehearse")).Ended(2).Output, StringComparison.Ordinal);

    public void Dispose() => checkout.Dispose();
}
