namespace Pipeline.Leases;

/// <summary>Lets a client's requests, each repetition too, through the run's gate.</summary>
internal sealed class GatedRequests(RequestGate gate, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await gate.PassAsync(cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}
