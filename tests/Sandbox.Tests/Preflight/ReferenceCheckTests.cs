using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Preflight;

namespace Sandbox.Tests.Preflight;

/// <summary>What pods refer to, in the sandbox's cluster and in a real one.</summary>
public sealed class ReferenceCheckTests
{
    private const string Everything = """
        , serviceAccountName: robot, initContainers: [{name: init, image: busybox, env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: url}}}]}],
        volumes: [{name: data, persistentVolumeClaim: {claimName: files}}, {name: all, projected: {sources: [{secret: {name: tls, items: [{key: crt, path: crt}]}}, {configMap: {name: more, optional: true}}]}}]
        """;

    private const string Container = ", envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: none, optional: true}}], env: [{name: B, valueFrom: {configMapKeyRef: {name: by-hand, key: level}}}]";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_missing_is_named_at_once_and_what_is_optional_or_comes_with_the_release_is_not(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(Everything, Container);
        bed.Write("config", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LEVEL: info}}");
        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {address: hidden-value}}");
        var finding = await bed.LookAsync("references");

        Assert.Equal(
            (FindingState.Failed, $"in '{bed.Space}': ServiceAccount/robot does not exist; ConfigMap/by-hand does not exist; Secret/db has no key 'url'; PersistentVolumeClaim/files does not exist; Secret/tls does not exist."),
            (finding.State, finding.Found));
        Assert.DoesNotContain("hidden-value", finding.ToString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_all_there_passes_and_a_missing_pull_secret_is_a_warning(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(", imagePullSecrets: [{name: registry}]", ", envFrom: [{secretRef: {name: db}}]");
        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: db}}");
        Assert.Equal(FindingState.Warned, (await bed.LookAsync("references")).State);

        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: registry}}");
        var finding = await bed.LookAsync("references");
        Assert.Equal((FindingState.Passed, "Secret/db"), (finding.State, finding.Found));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_with_the_release_comes_too_late_for_the_migration(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        bed.WriteDeployment(", serviceAccountName: robot", ", envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: db}}]");
        bed.Write("own", """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LEVEL: info}}
            ---
            {apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {url: one, user: ann}}
            ---
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}
            """);
        bed.Write("migration-job", """
            {apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, serviceAccountName: robot, containers: [{name: migrate, image: team/api,
            envFrom: [{configMapRef: {name: settings}}], env: [{name: URL, valueFrom: {secretKeyRef: {name: db, key: url}}}, {name: WHO, valueFrom: {secretKeyRef: {name: db, key: user}}}]}]}}}}
            """);
        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {user: ann}}");
        var finding = await bed.LookAsync("references");

        Assert.Equal(
            (FindingState.Failed, $"in '{bed.Space}': ServiceAccount/robot does not exist yet, and the migration needs it before Deploy applies it; ConfigMap/settings does not exist yet, and the migration needs it before Deploy applies it; Secret/db has no key 'url' yet, and the migration needs it before Deploy applies it."),
            (finding.State, finding.Found));

        await bed.CreateAsync("{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}");
        await bed.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}");
        await bed.Connection.DeleteAsync(Resource.Secrets, "db", default);
        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {url: one, user: ann}}");
        Assert.Equal(FindingState.Passed, (await bed.LookAsync("references")).State);
    }

    [Fact]
    public async Task Without_a_database_nothing_is_asked_for_the_migration()
    {
        await using var bed = await PreflightBed.StartAsync();
        bed.Write("migration-job", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: team/api, envFrom: [{secretRef: {name: db}}]}]}}}}");
        Assert.Equal(FindingState.Failed, (await bed.LookAsync("references")).State);

        var absent = new DatabaseOptions { WithoutDatabase = "the first month has none" };
        var findings = await bed.FindingsAsync(o => PreflightChecks.Of(o with { LastLook = o.LastLook with { Database = absent } }).Where(c => c.Name == "references"), null);
        Assert.Equal(FindingState.Passed, Assert.Single(findings).State);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_may_not_be_read_is_not_checked_and_hides_nothing_that_is_missing(bool isReal)
    {
        await using var bed = await PreflightBed.StartAsync(isReal);
        foreach (var manifest in Setup.DeployerRole())
            await bed.CreateAsync(manifest);
        bed.WriteDeployment(", serviceAccountName: robot", ", envFrom: [{secretRef: {name: db-credentials}}]");
        var missing = await bed.LookAsync("references", "deployer");
        Assert.Equal((FindingState.Failed, $"in '{bed.Space}': Secret/db-credentials does not exist."), (missing.State, missing.Found));

        await bed.CreateAsync("{apiVersion: v1, kind: Secret, metadata: {name: db-credentials}}");
        var unseen = await bed.LookAsync("references", "deployer");
        Assert.Equal((FindingState.NotChecked, $"no right to read ServiceAccount/robot in '{bed.Space}'; the other 1 are there"), (unseen.State, unseen.Found));
    }
}
