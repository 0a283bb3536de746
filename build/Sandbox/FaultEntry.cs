namespace Pipeline.Build.Sandbox;

/// <summary>A fault that can be rehearsed, as the sandbox lists it.</summary>
/// <param name="Name">As in <c>registry-5xx</c>.</param>
/// <param name="Argument">What its argument means and is by default; empty when it takes none.</param>
/// <param name="Does">What goes wrong.</param>
/// <param name="Expected">What the pipeline does.</param>
/// <param name="ExitCode">What the deploy ends with.</param>
/// <param name="Says">A text in its output.</param>
/// <param name="Serves"><c>Old</c>, <c>New</c> or <c>Nothing</c>: what the API serves in the end.</param>
/// <param name="NeedsMigration">True when the release brings a migration.</param>
/// <param name="LimitsFiles">True when it is this machine that fails.</param>
internal sealed record FaultEntry(
    string Name, string Argument, string Does, string Expected, int ExitCode, string Says, string Serves, bool NeedsMigration, bool LimitsFiles)
{
    /// <summary>As it is typed, as in <c>crash-after[:60 seconds]</c>.</summary>
    public string Usage => Argument.Length > 0 ? $"{Name}[:{Argument}]" : Name;
}
