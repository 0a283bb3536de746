using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>What an API server in trouble does to any request.</summary>
internal sealed class RequestFaults(FaultSwitch faults, TimeProvider time)
{
    /// <exception cref="ApiException">The request is not answered otherwise.</exception>
    public async Task StrikeAsync(HttpContext http)
    {
        if (faults.Find("api-slow") is { } slow)
            await Task.Delay(TimeSpan.FromSeconds(slow.Number(2)), time, http.RequestAborted);
        if (faults.Strikes("token-expired", 3))
            throw Authentication.Unauthorized();
        if (faults.Strikes("api-429", 5))
            throw new ApiException(HttpStatusCode.TooManyRequests, "TooManyRequests", "Too many requests, please try again later.")
            {
                Details = new JsonObject { ["retryAfterSeconds"] = 1 },
            };
        if (faults.Strikes("api-500", 5))
            throw new ApiException(HttpStatusCode.InternalServerError, "InternalError", "Internal error occurred: etcdserver: leader changed");
    }
}
