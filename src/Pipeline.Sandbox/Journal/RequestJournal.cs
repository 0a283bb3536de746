using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Sandbox.Journal;

/// <summary>
/// What the servers were asked, in order, and the request at which a client is ended, as by a machine that is lost. Off until it is begun.
/// </summary>
internal sealed class RequestJournal
{
    // Only the cluster's requests are small texts.
    private const string WithBodies = "cluster";
    private readonly Lock gate = new();
    private readonly Dictionary<(string Door, string Method, string Shape), int> counts = [];
    private List<JournalEntry>? entries;
    private KillOrder? order;

    /// <summary>True once a process was ended.</summary>
    public bool Struck { get; private set; }

    /// <summary>The requests since it was begun, in the order in which they came.</summary>
    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (gate)
                return [.. entries ?? []];
        }
    }

    /// <summary>Begins anew.</summary>
    /// <param name="kill">Whom to end at which request; null for nobody.</param>
    public void Begin(KillOrder? kill)
    {
        lock (gate)
        {
            (entries, order, Struck) = ([], kill, false);
            counts.Clear();
        }
    }

    /// <summary>Notes a request and has it answered, unless its sender ends here.</summary>
    public async Task PassAsync(string door, HttpContext http, RequestDelegate handler)
    {
        if (entries is null)
        {
            await handler(http);
            return;
        }

        var body = door == WithBodies ? await BodyAsync(http) : null;
        if (!IsMeant(door, http.Request, body, out var kill))
        {
            await handler(http);
            return;
        }

        if (kill.After)
        {
            // What the handler writes goes nowhere: an answer must not win the race against the signal.
            http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            await handler(http);
        }

        await EndAsync(kill.Process);
        http.Abort();
    }

    private bool IsMeant(string door, HttpRequest request, string? body, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out KillOrder? kill)
    {
        var shape = RequestShape.Of(request.Path, request.QueryString.Value ?? "");
        lock (gate)
        {
            var nth = counts[(door, request.Method, shape)] = counts.GetValueOrDefault((door, request.Method, shape)) + 1;
            var entry = new JournalEntry(entries!.Count + 1, door, request.Method, $"{request.Path}{request.QueryString}", shape, nth, body);
            entries.Add(entry);
            kill = order is { } waiting && waiting.Means(entry) ? waiting : null;
            if (kill is not null)
                order = null;
        }

        return kill is not null;
    }

    private async Task EndAsync(int number)
    {
        using var process = Process.GetProcessById(number);
        // Whoever waits for the process's end may ask at once.
        Struck = true;
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<string?> BodyAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
            return null;
        http.Request.EnableBuffering();
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        var text = await reader.ReadToEndAsync(http.RequestAborted);
        http.Request.Body.Position = 0;
        return text;
    }
}
