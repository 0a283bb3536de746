using Docker.DotNet.Models;
using Pipeline.Errors;
using Pipeline.Output;
using Serilog;

namespace Pipeline.Images;

/// <summary>
/// Reads what the engine says while it pushes. Neither the answer's 200 nor the end of the stream means success: only the digest does.
/// </summary>
internal sealed class PushOutput(string image, ILogger log) : IProgress<JSONMessage>
{
    private readonly Dictionary<string, (long Done, long Total)> layers = [];
    private string? digest;
    private string? error;

    /// <inheritdoc />
    public void Report(JSONMessage value)
    {
        if (value.Error is { } said)
            error = said.Message ?? $"code {said.Code}";
        // {"progressDetail":{},"aux":{"Tag":"1.4.2","Digest":"sha256:94c9…","Size":736}}
        if (value.Aux?.ExtensionData is { } aux && aux.TryGetValue("Digest", out var found))
            digest = found.ToString();
        if (value is { ID: { } layer, Progress: { Current: { } done, Total: > 0 and var total } })
            Show(layer, done, total);
        else if (value.Status is { } status)
            log.Debug("{Layer} {Status}", value.ID ?? image, status);
    }

    /// <summary>The manifest's digest that the engine was given by the registry.</summary>
    /// <exception cref="FailureException">The push failed, or broke off.</exception>
    public string Digest()
    {
        if (error is not null)
            throw new FailureException($"The image '{image}' was not pushed: {error}");
        return digest ?? throw new FailureException($"The image '{image}' was not pushed: the engine's answer broke off without a digest. Run PushImage again; what arrived is not sent twice.");
    }

    private void Show(string layer, long done, long total)
    {
        // What is sent is compressed and framed, so that it may exceed the total by a little.
        layers[layer] = (Math.Min(done, total), total);
        log.Progress("push " + image, $"Pushing {image}", layers.Values.Sum(l => l.Done), layers.Values.Sum(l => l.Total), "bytes");
    }
}
