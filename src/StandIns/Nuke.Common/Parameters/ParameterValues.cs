using Nuke.Common.IO;

namespace Nuke.Common.Parameters;

/// <summary>The values of this run: from the command line, else from <c>PIPELINE_</c> variables, else from the profile's file.</summary>
internal sealed class ParameterValues(IReadOnlyList<Parameter> parameters, IReadOnlyDictionary<string, string[]> typed, ProfileFile file)
{
    /// <summary>The value in the parameter's type; null when nobody gave one.</summary>
    public object? Get(Parameter parameter) => Given(parameter) is { } given ? Converted(parameter, given) : null;

    /// <summary>True when its flag was given with nothing.</summary>
    public bool IsTypedEmpty(Parameter parameter) => typed.TryGetValue(parameter.Name, out var values) && values.Any(string.IsNullOrWhiteSpace);

    /// <summary>The texts of secrets, for masking.</summary>
    public IEnumerable<string> Secrets() => parameters.Where(p => p.IsSecret).SelectMany(p => Given(p) ?? []).Where(v => v.Length > 0);

    /// <summary>Sentences about values that cannot be read as their parameter's type, or were given empty.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var parameter in parameters.Where(IsTypedEmpty))
            yield return $"{parameter.Flag}: the value is empty. Leave the flag out, or give it a value.";
        foreach (var secret in parameters.Where(p => p.IsSecret && typed.ContainsKey(p.Name)))
            yield return $"{secret.Flag}: a secret must not stand on the command line, where every list of processes shows it. Give it as {secret.Variable}.";
        foreach (var parameter in parameters.Where(p => p.IsSwitch))
            if (Given(parameter) is [{ Length: > 0 } text] && !bool.TryParse(text, out _))
                yield return $"{parameter.Flag}: '{text}' is neither true nor false.";
    }

    /// <summary>What was given, from the first place that has it; a variable that is set to nothing counts as not given.</summary>
    private string[]? Given(Parameter parameter)
    {
        if (typed.TryGetValue(parameter.Name, out var values))
            return values;
        if (Environment.GetEnvironmentVariable(parameter.Variable) is { } variable && !string.IsNullOrWhiteSpace(variable))
            return [variable];
        return file.Values.GetValueOrDefault(parameter.Name);
    }

    private static object? Converted(Parameter parameter, string[] given)
    {
        if (parameter.Type == typeof(string[]))
            return given;
        if (given is not [var text] || string.IsNullOrWhiteSpace(text))
            return null;
        if (parameter.IsSwitch)
            return bool.TryParse(text, out var yes) && yes;
        return parameter.Type == typeof(AbsolutePath) ? (AbsolutePath)Path.GetFullPath(text) : text;
    }
}
