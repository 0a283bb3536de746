using Nuke.Common.Execution;
using Serilog.Events;

namespace Nuke.Common.Output;

/// <summary>Puts the lines of targets on the screen or into a CI host's log.</summary>
internal interface ILineWriter : IAsyncDisposable
{
    void Begin(string target);

    void Write(string target, LogEventLevel level, string text);

    void Show(string target, Progress progress);

    void Show(LiveTable table);

    void End(string target);

    void Summarize(IReadOnlyList<TargetOutcome> outcomes);
}
