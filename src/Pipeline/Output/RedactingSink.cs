using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Pipeline.Output;

/// <summary>Hands every event on to the host's logger with its secrets masked, whichever host that is.</summary>
internal sealed class RedactingSink(ILogger host, Redactor redactor) : ILogEventSink
{
    /// <summary>The engine's logger in front of <paramref name="host"/>.</summary>
    public static ILogger InFrontOf(ILogger host, Redactor redactor) =>
        new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new RedactingSink(host, redactor)).CreateLogger();

    public void Emit(LogEvent logEvent)
    {
        if (!host.IsEnabled(logEvent.Level))
            return;
        var template = new MessageTemplate(logEvent.MessageTemplate.Tokens.Select(Redacted));
        var properties = logEvent.Properties.Select(p => new LogEventProperty(p.Key, Redacted(p.Value)));
        host.Write(new LogEvent(logEvent.Timestamp, logEvent.Level, Redacted(logEvent.Exception), template, properties));
    }

    private MessageTemplateToken Redacted(MessageTemplateToken token) =>
        token is TextToken text ? new TextToken(redactor.Redact(text.Text)) : token;

    private LogEventPropertyValue Redacted(LogEventPropertyValue value) => value switch
    {
        ScalarValue { Value: string text } => new ScalarValue(redactor.Redact(text)),
        ScalarValue { Value: null or bool or int or long or double or decimal or TimeSpan or DateTimeOffset } => value,
        ScalarValue scalar => new ScalarValue(redactor.Redact(scalar.Value?.ToString() ?? "")),
        SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Redacted)),
        _ => new ScalarValue(redactor.Redact(value.ToString())),
    };

    private Exception? Redacted(Exception? exception) =>
        exception is null || redactor.Redact(exception.ToString()) == exception.ToString()
            ? exception
            : new InvalidOperationException(redactor.Redact(exception.ToString()));
}
