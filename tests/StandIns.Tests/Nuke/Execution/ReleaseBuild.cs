using Nuke.Common;

namespace StandIns.Tests.Nuke.Execution;

/// <summary>A small release: checks, image, schema, pods, then pages and a last look, and a way back.</summary>
internal sealed class ReleaseBuild : TracedBuild
{
    public Target Preflight => _ => _.Description("Checks.").Executes(() => Trace());

    public Target BuildImage => _ => _.TryAfter<ReleaseBuild>(x => x.Preflight).Executes(() => Trace());

    public Target PushImage => _ => _.DependsOn(BuildImage).Executes(() => Trace());

    public Target Deploy => _ => _.Description("Releases.").DependsOn(Preflight, PushImage).Triggers(SyncFrontend, Verify).Executes(() => Trace());

    public Target SyncFrontend => _ => _.Triggers(Invalidate).Executes(() => Trace());

    public Target Invalidate => _ => _.Executes(() => Trace());

    public Target Verify => _ => _.After(Invalidate).Executes(() => Trace());

    public Target Rollback => _ => _.Description("Goes back.").After(Verify).TryAfter<IAbsent>(x => x.Absent).Executes(() => Trace());

    public Target Secret => _ => _.Unlisted().Executes(() => Trace());
}

/// <summary>A component that no build has.</summary>
internal interface IAbsent : INukeBuild
{
    Target Absent => _ => _;
}
