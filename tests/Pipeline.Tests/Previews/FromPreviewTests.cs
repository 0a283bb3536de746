using Pipeline.Errors;
using Pipeline.Preflight;
using Pipeline.Previews;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Previews;

public sealed class FromPreviewTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private PreviewBed bed = null!;

    public async Task InitializeAsync() => bed = await PreviewBed.StartAsync(postgres);

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [SkippableFact]
    public async Task What_was_shown_is_carried_out()
    {
        await PreviewedAsync();
        await bed.Run.RunAsync(Look());

        Assert.Equal(FindingState.Passed, Assert.Single(bed.Run.Release.LastLook!.Findings).State);
    }

    [SkippableFact]
    public async Task A_plan_shows_no_content_of_an_object()
    {
        await bed.MakeDatabaseAsync("aaaa");
        await bed.PreviewAsync(bed.PlanFile);

        var plan = await File.ReadAllTextAsync(bed.PlanFile);
        Assert.Contains("make Deployment/api", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-once", plan, StringComparison.Ordinal);
        Assert.Contains($"changed      the plan is in '{bed.PlanFile}'", bed.Run.Summary);
    }

    [SkippableTheory]
    [InlineData("k8s/b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 81}]}}", "it would now change Service/api in other fields")]
    [InlineData("k8s/d.yaml", "{apiVersion: v1, kind: Service, metadata: {name: more}, spec: {ports: [{port: 81}]}}", "it would now make Service/more")]
    [InlineData("web/build/index.html", "<title>three</title>", "the site's files are others")]
    [InlineData("api/main.py", "print()", "the preview is of other sources: 1.5.0, and this is 1.5.0 with other files")]
    public async Task Files_that_changed_since_are_named(string file, string content, string says)
    {
        await PreviewedAsync(() => bed.Folder.Write(file, content));

        await RefusedAsync(says);
    }

    [SkippableFact]
    public async Task An_object_that_somebody_changed_since_is_named()
    {
        await PreviewedAsync();
        var service = bed.Workloads.Find(PreviewBed.Services, "api")!;
        service["spec"]!["ports"]![0]!["port"] = 8080;
        bed.Workloads.Put(PreviewBed.Services, service);

        await RefusedAsync("it would now change Service/api in other fields");
    }

    [SkippableFact]
    public async Task A_schema_that_moved_since_is_told_with_both_revisions()
    {
        await PreviewedAsync();
        await postgres.RunAsync(bed.Database, "update alembic_version set version_num = 'bbbb'");

        await RefusedAsync("the schema is at bbbb, not at aaaa");
    }

    [SkippableFact]
    public async Task Another_release_since_is_told()
    {
        await bed.DeployAsync();
        await bed.NewRunAsync("1.5.0");
        await bed.PreviewAsync(bed.PlanFile);
        var plan = PlanFile.Read(bed.PlanFile);
        await PlanFile.WriteAsync(bed.PlanFile, plan with { Release = 5 }, default);
        await bed.Run.NextAsync();
        await bed.OpenAsync();

        await RefusedAsync("there was another release meanwhile: this one is number 2, not 5");
    }

    [SkippableFact]
    public async Task Who_accepts_to_go_on_without_preflight_is_refused_all_the_same()
    {
        await PreviewedAsync(() => bed.Folder.Write("web/build/index.html", "<title>three</title>"));

        var error = await bed.Run.FailAsync(Look(accepted: true));
        Assert.Equal(ExitCode.Refused, error.ExitCode);
    }

    [SkippableFact]
    public async Task A_release_that_was_proven_goes_on_after_an_interruption()
    {
        await PreviewedAsync();
        await bed.Run.RunAsync(Look());
        await bed.ReleaseAsync();
        await bed.OpenAsync();
        await bed.Run.RunAsync(Look());

        Assert.Equal("proven when this release began", Assert.Single(bed.Run.Release.LastLook!.Findings).Found);
    }

    [Theory]
    [InlineData(null, "holds no plan: Could not find file")]
    [InlineData("{", "holds no plan: ")]
    [InlineData("{}", "holds no plan: ")]
    [InlineData("""{"format": 7, "environment": "", "cluster": "", "release": 1, "key": "", "version": "", "image": "", "site": ""}""", "is in a format that this version does not know")]
    public void A_file_without_a_plan_is_wrong_use(string? content, string says)
    {
        if (content is not null)
            File.WriteAllText(bed.PlanFile, content);

        var error = Assert.Throws<UsageException>(() => bed.LookOptions.Check(new Faults()));
        Assert.StartsWith($"--from-preview: '{bed.PlanFile}' {says}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_cannot_be_kept_is_wrong_use_before_anything_is_asked()
    {
        var error = await bed.Run.FailAsync(bed.Step(Path.Combine(bed.Folder.Path, "nowhere", "plan.json")));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("--save: the folder of '", error.Message, StringComparison.Ordinal);
        Assert.Empty(bed.Cluster.Requests);
    }

    /// <summary>A preview of 1.5.0 over 1.4.2 is kept, and then the release begins.</summary>
    private async Task PreviewedAsync(Action? meanwhile = null)
    {
        await bed.DeployAsync();
        bed.Folder.Write("k8s/b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 82}]}}");
        bed.Folder.Write("api/migrations/versions/b.py", "revision = \"bbbb\"\ndown_revision = \"aaaa\"\n");
        await bed.NewRunAsync("1.5.0");
        await bed.PreviewAsync(bed.PlanFile);
        await bed.Run.NextAsync();
        meanwhile?.Invoke();
        await bed.OpenAsync();
    }

    private async Task RefusedAsync(string says)
    {
        var error = await bed.Run.FailAsync(Look());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains($": {says}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Look again with ./build.sh Preview --save {bed.PlanFile}", error.Message, StringComparison.Ordinal);
    }

    private StepOf Look(bool accepted = false) => new("Migrate", (context, cancellation) => bed.Look.EnsureAsync(context, accepted, cancellation));
}
