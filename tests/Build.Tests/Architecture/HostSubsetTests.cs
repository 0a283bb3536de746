using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Build.Tests.Architecture;

/// <summary>What the build takes from its host. Each of these was seen to work with the official packages too; another one must be tried there first.</summary>
public sealed class HostSubsetTests
{
    private static readonly string[] Agreed =
    [
        "Nuke.Common.INukeBuild.ExitCode",
        "Nuke.Common.INukeBuild.IsServerBuild",
        "Nuke.Common.INukeBuild.RootDirectory",
        "Nuke.Common.INukeBuild.TryGetValue",
        "Nuke.Common.IO.AbsolutePath.op_Division",
        "Nuke.Common.IO.AbsolutePath.op_Implicit",
        "Nuke.Common.ITargetDefinition.DependsOn",
        "Nuke.Common.ITargetDefinition.Description",
        "Nuke.Common.ITargetDefinition.Executes",
        "Nuke.Common.ITargetDefinition.Requires",
        "Nuke.Common.ITargetDefinition.Triggers",
        "Nuke.Common.ITargetDefinition.TryAfter",
        "Nuke.Common.NukeBuild..ctor",
        "Nuke.Common.NukeBuild.Execute",
        "Nuke.Common.NukeBuild.IsServerBuild",
        "Nuke.Common.NukeBuild.RootDirectory",
        "Nuke.Common.ParameterAttribute..ctor",
        "Nuke.Common.SecretAttribute..ctor",
        "Nuke.Common.Target..ctor",
        "Nuke.Components.IHazArtifacts.ArtifactsDirectory",
        "Nuke.Components.IHazReports.ReportDirectory",
    ];

    [Fact]
    public void The_build_uses_only_what_the_official_host_has_too()
    {
        using var file = new PEReader(File.OpenRead(typeof(Pipeline.Build.Build).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => (Type: metadata.GetTypeReference((TypeReferenceHandle)m.Parent), Member: metadata.GetString(m.Name)))
            .Where(m => metadata.GetString(m.Type.Namespace).StartsWith("Nuke.", StringComparison.Ordinal))
            .Select(m => $"{metadata.GetString(m.Type.Namespace)}.{metadata.GetString(m.Type.Name)}.{m.Member.Replace("get_", "", StringComparison.Ordinal).Replace("set_", "", StringComparison.Ordinal)}");

        Assert.Equal(Agreed, used.Distinct().Order(StringComparer.Ordinal));
    }
}
