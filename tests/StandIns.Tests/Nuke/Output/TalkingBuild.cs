using Nuke.Common;
using Serilog;

namespace StandIns.Tests.Nuke.Output;

/// <summary>Two targets that run side by side and talk in turns, and one that says what it is told to.</summary>
internal sealed class TalkingBuild(Action<ILogger>? say = null) : NukeBuild
{
    private readonly TaskCompletionSource[] turns = [new(), new(), new()];

    [Parameter("A password.")]
    [Secret]
    public string? Password => ((INukeBuild)this).TryGetValue(() => Password);

    public Target Image => _ => _.Executes(async () =>
    {
        Log.Information("Image begins.");
        turns[0].SetResult();
        await turns[1].Task;
        Log.Information("Image ends.");
        turns[2].SetResult();
    });

    public Target Pages => _ => _.Executes(async () =>
    {
        await turns[0].Task;
        Log.Information("Pages begin.");
        turns[1].SetResult();
        await turns[2].Task;
        Log.Information("Pages end.");
    });

    public Target Say => _ => _.Executes(() =>
    {
        say?.Invoke(Log.Logger);
        return Task.CompletedTask;
    });
}
