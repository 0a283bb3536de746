using System.Text;

namespace Pipeline.Settings;

/// <summary>How a person writes an option: <c>KubeContext</c> is <c>--kube-context</c>.</summary>
public static class Flag
{
    /// <summary>The flag of an option.</summary>
    /// <param name="option">The option's name in Pascal case.</param>
    public static string Of(string option) => "--" + Words(option, '-').ToLowerInvariant();

    /// <summary>The environment variable of an option: <c>PIPELINE_KUBE_CONTEXT</c>.</summary>
    /// <param name="option">The option's name in Pascal case.</param>
    public static string VariableOf(string option) => "PIPELINE_" + Words(option, '_').ToUpperInvariant();

    private static string Words(string option, char separator)
    {
        var text = new StringBuilder(option.Length + 4);
        for (var i = 0; i < option.Length; i++)
        {
            if (i > 0 && char.IsUpper(option[i]) && !char.IsUpper(option[i - 1]))
                text.Append(separator);
            text.Append(option[i]);
        }

        return text.ToString();
    }
}
