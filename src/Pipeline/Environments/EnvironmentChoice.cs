namespace Pipeline.Environments;

/// <summary>Which environment a command was given. As soon as one is configured, and on a CI host always, a change needs its environment named.</summary>
/// <param name="Profile">The profile that was named, if any.</param>
/// <param name="Configured">The profiles that there are.</param>
/// <param name="IsCiHost">True where nobody watches.</param>
public sealed record EnvironmentChoice(string? Profile, IReadOnlyList<string> Configured, bool IsCiHost)
{
    /// <summary>The profile of the environment that every machine has for itself. It is no reason to ask which one is meant.</summary>
    public const string OwnMachine = "sandbox";

    /// <summary>Reads which profiles there are.</summary>
    /// <param name="profile">The profile that was named, if any.</param>
    /// <param name="root">The repository's root.</param>
    /// <param name="isCiHost">True where nobody watches.</param>
    public static EnvironmentChoice In(string root, string? profile, bool isCiHost)
    {
        var folder = Path.Combine(root, ".nuke");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "parameters.*.json") : [];
        return new EnvironmentChoice(profile, [.. files.Select(f => Path.GetFileName(f).Split('.', 2)[1][..^".json".Length]).Where(n => n != OwnMachine).Order(StringComparer.Ordinal)], isCiHost);
    }

    /// <summary>True when the command acts on this machine's own environment: it was named, or there is no other that could be meant.</summary>
    public bool IsOwnMachine => Profile == OwnMachine || (string.IsNullOrWhiteSpace(Profile) && Configured.Count == 0 && !IsCiHost);

    /// <summary>Why a command that changes an environment may not run; null when it may.</summary>
    /// <param name="command">The target, as it was typed.</param>
    public string? Refusal(string command)
    {
        if (!string.IsNullOrWhiteSpace(Profile) || IsOwnMachine)
            return null;
        var there = Configured.Count > 0
            ? $"There are: {string.Join(", ", Configured)}, and {OwnMachine}, which is this machine's own."
            : $"There is only {OwnMachine}, which is this machine's own; ./build.sh Init makes another one.";
        return $"{command} changes an environment, and none was chosen: pass --profile NAME or set PIPELINE_PROFILE. {there}";
    }
}
