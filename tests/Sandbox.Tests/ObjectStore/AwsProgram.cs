using System.Diagnostics;

namespace Sandbox.Tests.ObjectStore;

/// <summary>The AWS command line, where the machine has it.</summary>
internal static class AwsProgram
{
    /// <summary>Runs it; skips the test when there is none.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string endpoint, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("aws", ["--endpoint-url", endpoint, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        (start.Environment["AWS_ACCESS_KEY_ID"], start.Environment["AWS_SECRET_ACCESS_KEY"]) = (StoreBed.AccessKey, StoreBed.SecretKey);
        (start.Environment["AWS_DEFAULT_REGION"], start.Environment["AWS_CONFIG_FILE"], start.Environment["AWS_PAGER"]) = ("us-east-1", Path.Combine(folder, "none"), "");
        using var process = Started(start);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"aws {string.Join(' ', arguments)}: {await output}{await error}");
        return await output;
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SkipException("this machine has no aws");
        }
    }
}
