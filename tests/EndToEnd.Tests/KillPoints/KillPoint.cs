using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>A boundary of a run at which it is ended.</summary>
/// <param name="Step">What the run was doing, as in <c>Migrate</c>.</param>
/// <param name="What">What a person reads, as in <c>POST jobs</c>.</param>
/// <param name="At">The request, as the journal noted it; a program is noted with the door <see cref="Program"/>.</param>
/// <param name="When">Before or after.</param>
internal sealed record KillPoint(string Step, string What, JournalEntry At, Moment When)
{
    /// <summary>The door of a program on this machine.</summary>
    public const string Program = "program";

    /// <summary>As in <c>Migrate: POST jobs, after</c>.</summary>
    public string Name => $"{Step}: {What}, {When.ToString().ToLowerInvariant()}";

    /// <summary>True when the process ends at a program, not at a request.</summary>
    public bool IsAtProgram => At.Door == Program;

    /// <summary>What the sandbox is told.</summary>
    public KillOrder Order(int process) => new(process, When is Moment.After) { Door = At.Door, Method = At.Method, Shape = At.Shape, Nth = At.Nth };
}
