using System.Text;
using Amazon.Runtime;

namespace Sandbox.Tests.ObjectStore;

/// <summary>Changes a request after the SDK has signed it, as somebody on the way would.</summary>
/// <param name="change">Gets the request and the text of its body, and gives the body as it is sent.</param>
internal sealed class Tampering(Func<HttpRequestMessage, string, string> change) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(change));

    private sealed class Handler(Func<HttpRequestMessage, string, string> change) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : Encoding.Latin1.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            var sent = new ByteArrayContent(Encoding.Latin1.GetBytes(change(request, body)));
            foreach (var header in request.Content?.Headers.AsEnumerable() ?? [])
                sent.Headers.TryAddWithoutValidation(header.Key, header.Value);
            request.Content = request.Content is null ? null : sent;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
