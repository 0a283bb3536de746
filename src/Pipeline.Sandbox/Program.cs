using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Hosting;

namespace Pipeline.Sandbox;

internal static class Program
{
    // Started by the build, never by a person: --folder FOLDER [--ends-with-input], or --list-faults
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["--list-faults"])
        {
            await Console.Out.WriteLineAsync(FaultCatalog.Json());
            return Errors.ExitCode.Done;
        }

        if (arguments is not ["--folder", var folder, .. var rest] || rest is not ([] or ["--ends-with-input"]))
        {
            await Console.Error.WriteLineAsync("Usage: Pipeline.Sandbox --folder FOLDER [--ends-with-input] | --list-faults");
            return Errors.ExitCode.Usage;
        }

        OwnSession.Begin();
        return await new SandboxProcess(new SandboxOptions(Path.GetFullPath(folder), TimeProvider.System), rest.Length > 0).RunAsync();
    }
}
