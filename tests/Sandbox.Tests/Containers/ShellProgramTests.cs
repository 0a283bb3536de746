using Pipeline.Sandbox.Containers;

namespace Sandbox.Tests.Containers;

public sealed class ShellProgramTests : IDisposable
{
    private readonly ProgramBed bed = new();

    public void Dispose() => bed.Dispose();

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("true && false", 1)]
    [InlineData("false && exit 3; true", 0)]
    [InlineData("false; exit", 1)]
    [InlineData("nonsense", 127)]
    [InlineData("echo a; sleep 0", 0)]
    [InlineData("set -e; false; true", 1)]
    [InlineData("set -e; set +e; false; true", 0)]
    public async Task A_script_ends_with_the_code_of_its_last_command(string script, int code) =>
        Assert.Equal(code, await bed.RunAsync(new ShellProgram(script), bed.Context(["sh", "-c", script])));

    [Theory]
    [InlineData(15, "sh", "-c", "touch /tmp/draining; sleep 15")]
    [InlineData(5, "sleep", "5")]
    [InlineData(90, "sh", "-c", "sleep 1m && sleep 30s")]
    [InlineData(0, "true")]
    public void A_hook_is_waited_for_as_long_as_it_sleeps(int seconds, params string[] command) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ShellProgram.SleepOf(command));

    [Fact]
    public void Nothing_else_can_be_started() =>
        Assert.Contains("exec: \"bash5\": executable file not found in $PATH", Assert.Throws<ContainerStartException>(() => ContainerPrograms.Choose(bed.Context(["bash5"]))).Message, StringComparison.Ordinal);
}
