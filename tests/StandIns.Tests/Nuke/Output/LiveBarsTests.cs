using Nuke.Common.Output;
using Spectre.Console;
using Progress = Nuke.Common.Output.Progress;

namespace StandIns.Tests.Nuke.Output;

public sealed class LiveBarsTests
{
    [Fact]
    public async Task Bars_of_several_targets_are_drawn_and_gone_at_the_end()
    {
        await using var screen = new Screen("Pushing [team]/api: 0.0 of 0.0 MB");
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(screen),
        });

        await using (var bars = new LiveBars(console, TimeProvider.System))
        {
            bars.Show(new Progress("image", "Pushing [team]/api", 5, 10, "bytes"));
            bars.Show(new Progress("dump", "Dumping", 5_000_000, null, "bytes"));
            // What is in brackets is text, not markup.
            await screen.Seen.WaitAsync(TimeSpan.FromSeconds(10));
            bars.Show(new Progress("image", "Pushing [team]/api", 10, 10, "bytes"));
        }

        // The last thing drawn is the cursor, where the bars were.
        Assert.EndsWith("\u001b[2K\u001b[?25h", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_anything_to_show_nothing_is_drawn()
    {
        await using var screen = new StringWriter();

        await new LiveBars(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(screen) }), TimeProvider.System).DisposeAsync();

        Assert.Empty(screen.ToString());
    }

    /// <summary>A screen that tells when a text stood on it.</summary>
    private sealed class Screen(string text) : StringWriter
    {
        private readonly TaskCompletionSource seen = new();

        public Task Seen => seen.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            if (ToString().Contains(text, StringComparison.Ordinal))
                seen.TrySetResult();
        }
    }
}
