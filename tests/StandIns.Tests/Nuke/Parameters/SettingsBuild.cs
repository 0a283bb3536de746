using Nuke.Common;
using Nuke.Common.IO;

namespace StandIns.Tests.Nuke.Parameters;

/// <summary>Which registry.</summary>
internal interface IHazRegistry : INukeBuild
{
    [Parameter("The registry: host, port and path.")]
    string? RegistryUrl => TryGetValue(() => RegistryUrl);

    [Parameter("The account's password.")]
    [Secret]
    string? RegistryPassword => TryGetValue(() => RegistryPassword);
}

/// <summary>Values of every type that a parameter may have; the names begin with the prefix.</summary>
[ParameterPrefix("Release")]
internal interface IHazRelease : INukeBuild
{
    [Parameter("What people call it. Default: git describe.")]
    string? Tag => TryGetValue(() => Tag);

    [Parameter("What it is marked with.")]
    string[]? Labels => TryGetValue(() => Labels);

    [Parameter("Lets uncommitted changes be released.")]
    bool Dirty => TryGetValue<bool?>(() => Dirty) ?? false;

    [Parameter("Where its notes are.")]
    AbsolutePath? Notes => TryGetValue(() => Notes);
}

/// <summary>A build that says which values it got.</summary>
internal sealed class SettingsBuild : TracedBuild, IHazRegistry, IHazRelease
{
    public string Seen { get; private set; } = "";

    public Target Show => _ => _.Executes(() =>
    {
        var (registry, release) = ((IHazRegistry)this, (IHazRelease)this);
        Seen = $"{registry.RegistryUrl}|{registry.RegistryPassword}|{release.Tag}|{(release.Labels is { } l ? string.Join(",", l) : "")}|{release.Dirty}|{release.Notes}";
        return Trace();
    });

    public Target Push => _ => _.Requires(() => ((IHazRegistry)this).RegistryUrl, () => ((IHazRegistry)this).RegistryPassword).Executes(() => Trace());

    public Target Tag => _ => _.Requires(() => ((IHazRelease)this).Dirty || ((IHazRelease)this).Tag != null).Executes(() => Trace());

    public Target Mark => _ => _.DependsOn(Push).Requires(() => ((IHazRegistry)this).RegistryUrl).Requires(() => ((IHazRelease)this).Labels).Executes(() => Trace());
}
