using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nuke.Common;

namespace StandIns.Tests.Nuke;

/// <summary>A build that remembers which targets ran, in order.</summary>
internal abstract class TracedBuild : NukeBuild
{
    public ConcurrentQueue<string> Ran { get; } = new();

    protected Task Trace([CallerMemberName] string target = "")
    {
        Ran.Enqueue(target);
        return Task.CompletedTask;
    }
}
