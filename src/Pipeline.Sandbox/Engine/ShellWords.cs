using System.Text;

namespace Pipeline.Sandbox.Engine;

/// <summary>Quotes and variables in a Dockerfile's words, with the rules and the errors of the builder.</summary>
internal static class ShellWords
{
    /// <summary>Cuts at spaces outside quotes; quotes stay.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is ' ' or '\t' && quote == '\0')
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
                continue;
            }

            word.Append(c);
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
                word.Append(text[++i]);
            else if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = quote == '\0' ? c : quote;
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    /// <summary>Removes quotes and puts values in the place of variables.</summary>
    /// <param name="word">As it stands in the Dockerfile.</param>
    /// <param name="lookup">A variable's value, or null.</param>
    /// <exception cref="EngineException">A quote or a brace is not closed, or a variable is missing that must be there.</exception>
    public static string Expand(string word, Func<string, string?> lookup)
    {
        try
        {
            return new Reader(word, lookup).Read('\0');
        }
        catch (FormatException e)
        {
            var quoted = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            throw EngineException.Failed($"failed to process \"{quoted}\": {e.Message}");
        }
    }

    private sealed class Reader(string text, Func<string, string?> lookup)
    {
        private int at;

        /// <summary>Reads to the end, or to the brace that closes a default.</summary>
        public string Read(char end)
        {
            var result = new StringBuilder();
            while (at < text.Length && text[at] != end)
                result.Append(text[at] switch
                {
                    '\'' => Single(),
                    '"' => Double(),
                    '$' => Variable(),
                    '\\' when at + 1 < text.Length => Escaped(),
                    _ => text[at++].ToString(),
                });
            return result.ToString();
        }

        private string Single()
        {
            var close = text.IndexOf('\'', at + 1);
            if (close < 0)
                throw new FormatException("unexpected end of statement while looking for matching single-quote");
            var content = text[(at + 1)..close];
            at = close + 1;
            return content;
        }

        private string Double()
        {
            var result = new StringBuilder();
            for (at++; at < text.Length && text[at] != '"';)
                if (text[at] == '$')
                    result.Append(Variable());
                else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '$' or '\\')
                    result.Append(Escaped());
                else
                    result.Append(text[at++]);
            if (at++ >= text.Length)
                throw new FormatException("unexpected end of statement while looking for matching double-quote");
            return result.ToString();
        }

        private string Escaped()
        {
            at += 2;
            return text[at - 1].ToString();
        }

        private string Variable()
        {
            at++;
            if (at < text.Length && text[at] == '{')
                return Braced();
            var name = Name();
            return name.Length == 0 ? "$" : lookup(name) ?? "";
        }

        // ${X}   ${X:-default}   ${X-default}   ${X:+instead}   ${X:?message}
        private string Braced()
        {
            at++;
            var name = Name();
            if (name.Length == 0 || at >= text.Length)
                throw new FormatException(name.Length == 0 ? "bad substitution" : "missing ':' in substitution");
            if (text[at] == '}')
            {
                at++;
                return lookup(name) ?? "";
            }

            var colon = text[at] == ':';
            at += colon ? 1 : 0;
            var modifier = at < text.Length ? text[at++] : '\0';
            var word = Read('}');
            if (at++ >= text.Length)
                throw new FormatException("syntax error: missing '}'");
            var value = lookup(name) is { } found && !(colon && found.Length == 0) ? found : null;
            return modifier switch
            {
                '-' => value ?? word,
                '+' => value is null ? "" : word,
                '?' => value ?? throw new FormatException($"{name}: {(word.Length == 0 ? "is not allowed to be unset" : word)}"),
                _ => throw new FormatException($"unsupported modifier ({(colon ? ":" : "")}{modifier}) in substitution"),
            };
        }

        private string Name()
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
                at++;
            return text[start..at];
        }
    }
}
