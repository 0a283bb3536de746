using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Settings;

namespace Pipeline.Incidents;

/// <summary>Sends notices to a webhook, one after the other and beside everything else: a webhook that is slow or down delays nothing.</summary>
internal sealed class SupportNotices : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly Uri? webhook;
    private readonly TimeProvider time;
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<string> faults = [];
    private Task sending = Task.CompletedTask;

    private SupportNotices(Uri? webhook, TimeProvider time) => (this.webhook, this.time) = (webhook, time);

    /// <summary>Notices to a webhook that takes <c>{"text": …}</c>, as those of Slack and Teams do; null when there is none.</summary>
    public static SupportNotices? To(Secret? webhook, TimeProvider time)
    {
        if (webhook is null)
            return null;
        var isOne = Uri.TryCreate(webhook.Reveal(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        return new SupportNotices(isOne ? address : null, time);
    }

    /// <summary>Sends a text once those before it are sent or given up.</summary>
    public void Send(string text) => sending = SendAfterAsync(sending, text);

    /// <summary>Waits for what is under way, two seconds at most for each.</summary>
    /// <returns>One sentence for each kind of fault; none when every notice was taken.</returns>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await sending;
        return [.. faults.Distinct().Select(f => $"the support's webhook (PIPELINE_NOTICE_WEBHOOK), which did not take a notice: {f}")];
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task SendAfterAsync(Task before, string text)
    {
        await before;
        if (await FaultAsync(text) is { } fault)
            faults.Add(fault);
    }

    // Its address is a secret, and the messages of a failed request may hold it.
    private async Task<string?> FaultAsync(string text)
    {
        if (webhook is null)
            return "it is no http or https address";
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            // {"text":"production: …"}
            using var content = new StringContent(new JsonObject { ["text"] = Literal(text) }.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json);
            using var answer = await client.PostAsync(webhook, content, limit.Token);
            return answer.IsSuccessStatusCode ? null : $"it answered with status {(int)answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"it cannot be reached ({e.HttpRequestError})";
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {Limit.TotalSeconds} s";
        }
    }

    // Slack reads <!channel> and <address|text>: a version or a user's name must not speak for us.
    private static string Literal(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
