using Build.Tests.Running;

namespace Build.Tests.Bootstrap;

/// <summary>A checkout with a small program in place of the build, which says what it was given; it compiles in seconds.</summary>
internal sealed class SmallProgram : Checkout
{
    public const string Source = "build/Program.cs";

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <UseAppHost>false</UseAppHost>
            <RunAnalyzers>false</RunAnalyzers>
          </PropertyGroup>
        </Project>
        """;

    private const string Program = """
        using System;
        Console.WriteLine(string.Join("|", args));
        Console.WriteLine($"root {Environment.GetEnvironmentVariable("NUKE_ROOT")}");
        Console.WriteLine($"profile {Environment.GetEnvironmentVariable("NUKE_PROFILE")}");
        return args.Length > 1 && int.TryParse(args[1], out var code) ? code : 0;
        """;

    public SmallProgram()
    {
        Write("build/_build.csproj", Project);
        Write("build/Deleted.cs", "internal sealed class Deleted;");
        Write(Source, Program);
    }

    public void Break() => Write(Source, "this is no program");

    /// <summary>Asks for a package that no source has; there is no source at all.</summary>
    public void NeedUnknownPackage()
    {
        Write("NuGet.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        Write("build/_build.csproj", Project.Replace("</Project>", "<ItemGroup><PackageReference Include=\"Pipeline.NotThere\" Version=\"1.0.0\" /></ItemGroup></Project>", StringComparison.Ordinal));
    }
}
