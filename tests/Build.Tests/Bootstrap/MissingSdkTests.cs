using Build.Tests.Running;

namespace Build.Tests.Bootstrap;

public sealed class MissingSdkTests : IDisposable
{
    private readonly SmallProgram checkout = new();

    [SkippableFact]
    public async Task Without_dotnet_one_sentence_says_what_to_install()
    {
        var nothing = Directory.CreateDirectory(checkout.At("nothing")).FullName;
        Skip.If(OperatingSystem.IsWindows(), "build.sh needs bash; on Windows build.ps1 is used.");

        var outcome = await new Run(checkout.Folder, new Dictionary<string, string?> { ["PATH"] = nothing, ["HOME"] = nothing }, "/bin/bash", "build.sh", "Status").EndAsync();

        outcome.Refuses("'dotnet' was not found on PATH, in DOTNET_ROOT or in ~/.dotnet. Install the .NET SDK 10.0.100 or newer: https://dotnet.microsoft.com/download");
    }

    [SkippableFact]
    public async Task An_sdk_that_is_too_old_is_named_with_the_one_that_is_wanted()
    {
        checkout.Write("global.json", """{ "sdk": { "version": "99.0.100" } }""");

        var outcome = (await checkout.BuildAsync("Deploy")).Ended(2);

        Assert.Matches("^Compiling the build ...\nError: '.*dotnet' has no .NET SDK 99.0.100 or newer, which global.json asks for. Install it: https://dotnet.microsoft.com/download\n$", outcome.Errors);
        Assert.False(checkout.IsLocked);
    }

    [SkippableFact]
    public async Task A_runtime_without_an_sdk_is_no_sdk()
    {
        Skip.If(OperatingSystem.IsWindows(), "build.sh needs bash; on Windows build.ps1 is used.");
        var runtime = Path.GetDirectoryName(Environment.ProcessPath)!;
        Skip.IfNot(Directory.Exists(Path.Combine(runtime, "host")), "dotnet lies in no folder that can be copied.");
        var bare = Directory.CreateDirectory(checkout.At("bare")).FullName;
        File.Copy(Environment.ProcessPath!, Path.Combine(bare, "dotnet"));
        foreach (var part in (string[])["host", "shared"])
            Directory.CreateSymbolicLink(Path.Combine(bare, part), Path.Combine(runtime, part));

        var outcome = (await checkout.BuildWithAsync("PATH", $"{bare}:{Environment.GetEnvironmentVariable("PATH")}", "Deploy")).Ended(2);

        Assert.EndsWith($"Error: '{bare}/dotnet' has no .NET SDK 10.0.100 or newer, which global.json asks for. Install it: https://dotnet.microsoft.com/download\n", outcome.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_compiler_that_ends_well_and_made_nothing_replaces_no_build()
    {
        Skip.If(OperatingSystem.IsWindows(), "build.sh needs bash; on Windows build.ps1 is used.");
        var idle = Directory.CreateDirectory(checkout.At("idle")).FullName;
        await new Run(checkout.Folder, new Dictionary<string, string?>(), "bash", "-c", $"printf '#!/bin/sh\n' > '{idle}/dotnet'; chmod +x '{idle}/dotnet'").EndAsync();

        var outcome = (await checkout.BuildWithAsync("PATH", $"{idle}:{Environment.GetEnvironmentVariable("PATH")}", "Deploy")).Ended(2);

        Assert.Contains("Error: the build does not compile.", outcome.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(checkout.Builds, "current")));
    }

    public void Dispose() => checkout.Dispose();
}
