using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Registry;

/// <summary>What goes wrong at the registry on purpose.</summary>
/// <param name="faults">Which faults are on.</param>
/// <param name="time">The clock.</param>
internal sealed class RegistryFaults(FaultSwitch faults, TimeProvider time)
{
    private const int Times = 5;
    private const int Seconds = 2;
    private const int RetryAfter = 1;

    /// <summary>Answers the request when a fault is on.</summary>
    /// <returns>False when the request is to be answered as usual.</returns>
    public async Task<bool> AnswerAsync(HttpContext http)
    {
        if (faults.Find("registry-down") is not null)
        {
            http.Abort();
            return true;
        }

        if (faults.Find("registry-slow") is { } slow)
            await Task.Delay(TimeSpan.FromSeconds(slow.Number(Seconds)), time, http.RequestAborted);
        if (faults.Strikes("registry-5xx", Times))
            return await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "service unavailable");
        if (!faults.Strikes("registry-429", Times))
            return false;
        http.Response.Headers.RetryAfter = $"{RetryAfter}";
        return await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "too many requests");
    }

    /// <summary>The same for somebody who reads the registry's files without HTTP.</summary>
    /// <exception cref="ImagePullException">A fault is on.</exception>
    public async Task ThrowIfAnyAsync(string host, CancellationToken cancellation)
    {
        if (faults.Find("registry-down") is not null)
            throw new ImagePullException($"Get \"http://{host}/v2/\": dial tcp {host}: connect: connection refused");
        if (faults.Find("registry-slow") is { } slow)
            await Task.Delay(TimeSpan.FromSeconds(slow.Number(Seconds)), time, cancellation);
        if (faults.Strikes("registry-5xx", Times))
            throw new ImagePullException("received unexpected HTTP status: 503 Service Unavailable");
        if (faults.Strikes("registry-429", Times))
            throw new ImagePullException("toomanyrequests: too many requests");
    }

    private static async Task<bool> RefuseAsync(HttpContext http, int status, string code, string message)
    {
        await new RegistryException(status, code, message, Array.Empty<JsonNode>()).WriteAsync(http.Response, http.RequestAborted);
        return true;
    }
}
