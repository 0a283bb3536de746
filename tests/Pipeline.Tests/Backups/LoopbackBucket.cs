using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.ObjectStore;

namespace Pipeline.Tests.Backups;

/// <summary>The few requests of an S3 store that a backup makes, for one bucket called <c>backups</c>.</summary>
public sealed class LoopbackBucket : IAsyncLifetime
{
    private readonly WebApplication server;
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> uploads = new();

    private readonly ConcurrentDictionary<string, string> keys = new();

    public LoopbackBucket()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        server = builder.Build();
        server.Run(AnswerAsync);
        // The SDK looks for credentials in the environment of the process.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "testing");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "testing");
    }

    public ConcurrentDictionary<string, StoredObject> Objects { get; } = new();

    /// <summary>Multipart uploads that were neither completed nor aborted.</summary>
    public int OpenUploads => uploads.Count;

    /// <summary>How many multipart uploads were begun.</summary>
    public int BegunUploads { get; private set; }

    /// <summary>What happens to bytes on their way into the store.</summary>
    public Func<byte[], byte[]> Damage { get; set; } = bytes => bytes;

    /// <summary>Refuses every part of a multipart upload from this number on.</summary>
    public int RefusePartsFrom { get; set; } = int.MaxValue;

    /// <summary>Refuses to say which multipart uploads are open.</summary>
    public bool RefuseListing { get; set; }

    public ObjectStoreOptions Options => new() { StorageEndpoint = server.Urls.First() };

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/').Split('/', 2);
        if (path[0] != "backups")
            return ErrorAsync(http, 404, "NoSuchBucket");
        var query = http.Request.Query;
        if (path.Length == 1)
            return query.ContainsKey("uploads") ? ListUploadsAsync(http) : Task.CompletedTask;
        return (http.Request.Method, query.ContainsKey("uploads"), query.ContainsKey("uploadId")) switch
        {
            ("POST", true, _) => BeginAsync(http, path[1]),
            ("PUT", _, true) => PartAsync(http),
            ("POST", _, true) => CompleteAsync(http, path[1]),
            ("DELETE", _, true) => AbortAsync(http),
            ("PUT", _, _) => PutAsync(http, path[1]),
            ("DELETE", _, _) => DeleteAsync(http, path[1]),
            _ => GetAsync(http, path[1]),
        };
    }

    /// <summary>Leaves an upload as a process that dies leaves it.</summary>
    public void LeaveUpload(string key) => (uploads["left.1"], keys["left.1"]) = ([], key);

    private Task ListUploadsAsync(HttpContext http) => RefuseListing ? ErrorAsync(http, 403, "AccessDenied") : http.Response.WriteAsync(
        $"<ListMultipartUploadsResult><Bucket>backups</Bucket>{string.Concat(uploads.Keys.Select(id => $"<Upload><Key>{keys[id]}</Key><UploadId>{id}</UploadId></Upload>"))}</ListMultipartUploadsResult>");

    private Task BeginAsync(HttpContext http, string key)
    {
        BegunUploads++;
        var id = $"{http.Request.Headers["x-amz-meta-sha256"]}.{BegunUploads}";
        uploads[id] = [];
        keys[id] = key;
        return http.Response.WriteAsync($"<InitiateMultipartUploadResult><Bucket>backups</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private async Task PartAsync(HttpContext http)
    {
        var number = int.Parse(http.Request.Query["partNumber"]!, CultureInfo.InvariantCulture);
        var content = await ContentAsync(http);
        if (number >= RefusePartsFrom)
        {
            await ErrorAsync(http, 403, "AccessDenied");
            return;
        }

        var parts = uploads[http.Request.Query["uploadId"]!];
        lock (parts)
            parts[number] = content;
        http.Response.Headers.ETag = ETag(content);
    }

    private Task CompleteAsync(HttpContext http, string key)
    {
        var id = (string)http.Request.Query["uploadId"]!;
        uploads.TryRemove(id, out var parts);
        Objects[key] = new StoredObject(Damage([.. parts!.Values.SelectMany(p => p)]), id.Split('.')[0]);
        return http.Response.WriteAsync($"<CompleteMultipartUploadResult><Bucket>backups</Bucket><Key>{key}</Key><ETag>\"x-2\"</ETag></CompleteMultipartUploadResult>");
    }

    private Task AbortAsync(HttpContext http)
    {
        uploads.TryRemove(http.Request.Query["uploadId"]!, out _);
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task PutAsync(HttpContext http, string key)
    {
        var content = await ContentAsync(http);
        Objects[key] = new StoredObject(Damage(content), http.Request.Headers["x-amz-meta-sha256"]);
        http.Response.Headers.ETag = ETag(content);
    }

    private Task DeleteAsync(HttpContext http, string key)
    {
        Objects.TryRemove(key, out _);
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task GetAsync(HttpContext http, string key)
    {
        if (!Objects.TryGetValue(key, out var found))
        {
            await ErrorAsync(http, 404, "NoSuchKey");
            return;
        }

        http.Response.Headers["x-amz-meta-sha256"] = found.Sha256;
        // The SDK takes an ETag without a dash for the MD5 and compares it by itself.
        http.Response.Headers.ETag = "\"0123456789abcdef0123456789abcdef-1\"";
        http.Response.ContentLength = found.Content.Length;
        if (http.Request.Method == "GET")
            await http.Response.Body.WriteAsync(found.Content);
    }

    private static async Task<byte[]> ContentAsync(HttpContext http)
    {
        using var all = new MemoryStream();
        await http.Request.Body.CopyToAsync(all);
        var bytes = all.ToArray();
        return http.Request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal) ? Unchunked(bytes) : bytes;
    }

    // aws-chunked: "<hex size>;chunk-signature=...\r\n<data>\r\n", ended by a chunk of size 0.
    private static byte[] Unchunked(byte[] body)
    {
        using var content = new MemoryStream();
        for (var at = 0; ;)
        {
            var line = Array.IndexOf(body, (byte)'\n', at);
            var head = System.Text.Encoding.ASCII.GetString(body, at, line - at - 1);
            var size = int.Parse(head.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return content.ToArray();
            content.Write(body, line + 1, size);
            at = line + 1 + size + 2;
        }
    }

    private static Task ErrorAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        return http.Request.Method == "HEAD" ? Task.CompletedTask : http.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }

#pragma warning disable CA5351 // An ETag is MD5 by definition.
    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351
}

/// <summary>An object with the hash in its metadata.</summary>
public sealed record StoredObject(byte[] Content, string? Sha256);
