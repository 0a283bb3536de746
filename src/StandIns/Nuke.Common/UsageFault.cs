namespace Nuke.Common;

/// <summary>The command line, a setting or the build itself is wrong; nothing has run. Exit code 2.</summary>
internal sealed class UsageFault(IReadOnlyList<string> sentences) : Exception(string.Join(Environment.NewLine, sentences))
{
    public UsageFault(string sentence)
        : this([sentence])
    {
    }

    public IReadOnlyList<string> Sentences { get; } = sentences;
}
