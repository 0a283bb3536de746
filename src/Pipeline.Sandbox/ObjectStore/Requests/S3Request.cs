using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.ObjectStore.Bodies;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>A request whose signature is good.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Target">What it asks for.</param>
/// <param name="Body">Its body.</param>
/// <param name="Faults">The faults that are on.</param>
internal sealed record S3Request(HttpContext Http, RequestTarget Target, RequestBody Body, FaultSwitch Faults)
{
    private const int LongestKey = 1024;

    /// <summary>The bucket's name; empty for the service itself.</summary>
    public string Bucket { get; } = Uri.UnescapeDataString(Target.Path.Split('/', 3)[1]);

    /// <summary>The object's key; empty for the bucket itself.</summary>
    public string Key { get; } = Target.Path.Split('/', 3) is [_, _, var key] ? Checked(Uri.UnescapeDataString(key)) : "";

    public string Method => Http.Request.Method;

    public IHeaderDictionary Headers => Http.Request.Headers;

    public HttpResponse Response => Http.Response;

    public CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>True when the query names this, with or without a value.</summary>
    public bool Has(string parameter) => Target.Find(parameter) is not null;

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers[name].ToString() is { Length: > 0 } value ? value : null;

    private static string Checked(string key) => System.Text.Encoding.UTF8.GetByteCount(key) <= LongestKey
        ? key
        : throw new S3Exception(System.Net.HttpStatusCode.BadRequest, "KeyTooLongError", "Your key is too long");
}
