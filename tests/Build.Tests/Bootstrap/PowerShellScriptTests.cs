using Build.Tests.Running;

namespace Build.Tests.Bootstrap;

/// <summary><c>build.ps1</c> does what <c>build.sh</c> does.</summary>
[Trait("Suite", "Long")]
public sealed class PowerShellScriptTests : IDisposable
{
    private readonly SmallProgram checkout = new();

    [SkippableFact]
    public async Task Build_ps1_compiles_when_needed_and_shares_what_it_compiled_with_build_sh()
    {
        (await PowerShellAsync("First", "7", "", "a b", "\"quoted\"")).Ended(7).Compiles(true);
        var second = (await PowerShellAsync("Second", "7", "", "a b", "\"quoted\"")).Ended(7).Compiles(false);
        (await checkout.BuildAsync("Third")).Ended(0).Compiles(false);

        Assert.Equal($"Second|7||a b|\"quoted\"\nroot {checkout.Folder}\nprofile staging\n", second.Output);
        File.Delete(checkout.At("build/Deleted.cs"));
        (await PowerShellAsync("Deleted")).Ended(0).Compiles(true);
        Assert.False(checkout.IsLocked);
    }

    [SkippableFact]
    public async Task Build_ps1_fails_a_release_and_goes_on_in_an_incident_when_nothing_compiles()
    {
        (await PowerShellAsync("First")).Ended(0);
        checkout.Break();

        var deploy = (await PowerShellAsync("Deploy")).Ended(2);
        Assert.Contains("\nbuild/Program.cs(1,19): error CS1002: ; expected\n", deploy.Errors, StringComparison.Ordinal);
        Assert.Contains("\nError: the build does not compile. Everything the compiler said is in '", deploy.Errors, StringComparison.Ordinal);
        Assert.Contains("\nWarning: the build cannot be compiled (see '", (await PowerShellAsync("status")).Ended(0).Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Build_ps1_names_the_sdk_that_is_wanted()
    {
        checkout.Write("global.json", """{ "sdk": { "version": "99.0.100" } }""");

        Assert.Contains("has no .NET SDK 99.0.100 or newer, which global.json asks for.", (await PowerShellAsync("Deploy")).Ended(2).Errors, StringComparison.Ordinal);
        Assert.False(checkout.IsLocked);
    }

    public void Dispose() => checkout.Dispose();

    private Task<Outcome> PowerShellAsync(params string[] arguments)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var program = folders.SelectMany(f => (string[])[Path.Combine(f, "pwsh"), Path.Combine(f, "pwsh.exe")]).FirstOrDefault(File.Exists);
        Skip.If(program is null, "'pwsh' is not on PATH; dotnet tool install --global PowerShell brings it.");
        return new Run(checkout.Folder, new Dictionary<string, string?> { ["PIPELINE_PROFILE"] = "staging" }, program!, ["-NoProfile", "-File", checkout.At("build.ps1"), .. arguments]).EndAsync();
    }
}
