using CliWrap;

namespace Pipeline.Benchmarks;

/// <summary>The checkout that holds this program.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The empty program, compiled in the same configuration as this one.</summary>
    public static string EmptyProgram => Path.Combine(Root, "tests", "Benchmarks", "EmptyProgram", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "EmptyProgram.dll");

    /// <summary>Runs a program in the checkout to its end; it must succeed.</summary>
    public static async Task RunAsync(string program, params string[] arguments) =>
        // The output is read although nobody wants it: a program whose pipe is closed ends on its first line.
        await Cli.Wrap(program).WithArguments(arguments).WithWorkingDirectory(Root).WithStandardOutputPipe(PipeTarget.ToStream(Stream.Null))
            .WithStandardErrorPipe(PipeTarget.ToStream(Console.OpenStandardError())).ExecuteAsync();

    /// <summary>Runs the build.</summary>
    public static Task BuildAsync(params string[] arguments) => RunAsync(Path.Combine(Root, "build.sh"), arguments);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Pipeline.sln")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This program lies in no checkout."));
}
