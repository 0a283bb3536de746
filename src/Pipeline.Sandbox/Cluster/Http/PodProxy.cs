using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Takes a question through to a pod and its answer back. A sample: <c>GET …/pods/api-1:8080/proxy/metrics</c>.</summary>
internal sealed class PodProxy(ClusterStore store)
{
    // ["", "api", "v1", "namespaces", space, "pods", pod, "proxy", rest]
    private const int Parts = 9;

    public async Task SendAsync(ApiRequest request)
    {
        if (request.Verb != "get")
            throw ApiException.MethodNotAllowed();
        var target = request.Http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var parts = target.Split('/', Parts);
        if (parts.Length < Parts)
            request.Http.Response.Redirect($"{request.Http.Request.Path}/", permanent: true);
        else
            await RelayAsync(request.Http, AddressOf(request), parts[^1]);
    }

    // As the API server reads it: NAME, NAME:PORT or SCHEME:NAME:PORT.
    private PodAddress AddressOf(ApiRequest request)
    {
        var (scheme, name, asked) = request.Name.Split(':') switch
        {
            [var one] => ("http", one, ""),
            [var one, var number] => ("http", one, number),
            ["" or "http" or "https", var one, var number] => (request.Name.StartsWith("https:", StringComparison.Ordinal) ? "https" : "http", one, number),
            _ => throw ApiException.BadRequest($"invalid pod request \"{request.Name}\""),
        };
        var pod = store.Find(request.Kind, request.Namespace, name) ?? throw ApiException.NotFound(request.Kind, name);
        var address = pod.Content.Text("status", "podIP") ?? throw ApiException.BadRequest("address not allowed");
        var port = asked.Length > 0 ? asked : pod.Content.Items("spec", "containers").SelectMany(c => c.Items("ports")).FirstOrDefault().Text("containerPort") ?? "80";
        return new PodAddress(scheme, $"{address}:{port}", PodPorts.RealPort(pod, port));
    }

    private static async Task RelayAsync(HttpContext http, PodAddress pod, string path)
    {
        if (pod.RealPort is not { } port)
            throw Unreachable($"dial tcp {pod.Shown}: connect: connection refused");
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var question = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"{pod.Scheme}://127.0.0.1:{port}/{path}");
        question.Headers.Host = http.Request.Host.Value;
        foreach (var name in (string[])["Accept", "User-Agent"])
            question.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)http.Request.Headers[name]);
        question.Headers.TryAddWithoutValidation("X-Forwarded-Uri", http.Request.Path.Value);
        try
        {
            using var answer = await client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
        catch (HttpRequestException e) when (!http.Response.HasStarted)
        {
            throw Unreachable(e.HttpRequestError == HttpRequestError.ConnectionError ? $"dial tcp {pod.Shown}: connect: connection refused" : e.HttpRequestError == HttpRequestError.ResponseEnded ? "EOF" : e.Message);
        }
    }

    private static ApiException Unreachable(string why) => new(HttpStatusCode.InternalServerError, "", $"error trying to reach service: {why}");

    private sealed record PodAddress(string Scheme, string Shown, int? RealPort);
}
