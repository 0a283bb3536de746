using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Contract.Registry;

/// <summary>What a registry answers on the wire; the sandbox's and a real one must pass the same assertions.</summary>
public abstract class RegistryContract : IAsyncLifetime
{
    private const string Bytes = "application/octet-stream";
    private static readonly byte[] Blob = Encoding.UTF8.GetBytes("one blob, long enough to be cut");

    private readonly HttpClient client = new();
    private readonly string name = $"contract/{Guid.NewGuid():N}";

    /// <summary>As in <c>http://127.0.0.1:41235</c>.</summary>
    protected abstract Task<string> AddressAsync();

    [SkippableFact]
    public async Task A_blob_that_was_pushed_is_read_whole_and_in_part()
    {
        await PushAsync(Blob);

        using var whole = await SendAsync(HttpMethod.Get, $"blobs/{Digest.Of(Blob)}");
        Assert.Equal(Blob, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal($"{Digest.Of(Blob)}", whole.Headers.GetValues("Docker-Content-Digest").Single());
        using var head = await SendAsync(HttpMethod.Head, $"blobs/{Digest.Of(Blob)}");
        Assert.Equal((HttpStatusCode.OK, Blob.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!));
        using var part = await SendAsync(HttpMethod.Get, $"blobs/{Digest.Of(Blob)}", change: r => r.Headers.Range = new RangeHeaderValue(3, 6));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(Blob[3..7], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal($"bytes 3-6/{Blob.Length}", $"{part.Content.Headers.ContentRange}");
    }

    [SkippableFact]
    public async Task A_blob_is_pushed_in_pieces()
    {
        var upload = await StartAsync();
        using var first = await SendAsync(HttpMethod.Patch, upload, Piece(Blob[..10]), r => r.Content!.Headers.TryAddWithoutValidation("Content-Range", "0-9"));
        Assert.Equal((HttpStatusCode.Accepted, "0-9"), (first.StatusCode, first.Headers.GetValues("Range").Single()));
        using var status = await SendAsync(HttpMethod.Get, $"{first.Headers.Location}");
        Assert.Equal((HttpStatusCode.NoContent, "0-9"), (status.StatusCode, status.Headers.GetValues("Range").Single()));
        using var second = await SendAsync(HttpMethod.Patch, $"{first.Headers.Location}", Piece(Blob[10..]));
        using var last = await SendAsync(HttpMethod.Put, $"{second.Headers.Location}&digest={Digest.Of(Blob)}");

        Assert.Equal(HttpStatusCode.Created, last.StatusCode);
        Assert.EndsWith($"/v2/{name}/blobs/{Digest.Of(Blob)}", $"{last.Headers.Location}", StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_blob_that_is_not_what_its_digest_says_is_refused_and_forgotten()
    {
        var upload = await StartAsync();
        using var refused = await SendAsync(HttpMethod.Put, $"{upload}&digest={Digest.Of([1])}", Piece(Blob));

        await AssertErrorAsync(HttpStatusCode.BadRequest, "DIGEST_INVALID", refused);
        using var again = await SendAsync(HttpMethod.Patch, upload, Piece(Blob));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [SkippableFact]
    public async Task A_cancelled_upload_is_unknown()
    {
        var upload = await StartAsync();
        using var cancelled = await SendAsync(HttpMethod.Delete, upload);
        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);

        using var again = await SendAsync(HttpMethod.Delete, upload);
        await AssertErrorAsync(HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN", again);
    }

    [SkippableFact]
    public async Task A_blob_is_seen_by_another_repository_only_after_it_was_mounted()
    {
        await PushAsync(Blob);
        using var hidden = await SendAsync(HttpMethod.Get, $"../{Leaf}-other/blobs/{Digest.Of(Blob)}");
        await AssertErrorAsync(HttpStatusCode.NotFound, "BLOB_UNKNOWN", hidden);

        using var mounted = await SendAsync(HttpMethod.Post, $"../{Leaf}-other/blobs/uploads/?mount={Digest.Of(Blob)}&from={name}");
        using var seen = await SendAsync(HttpMethod.Head, $"../{Leaf}-other/blobs/{Digest.Of(Blob)}");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (mounted.StatusCode, seen.StatusCode));
        using var absent = await SendAsync(HttpMethod.Post, $"../{Leaf}-other/blobs/uploads/?mount={Digest.Of([2])}&from={name}");
        Assert.Equal(HttpStatusCode.Accepted, absent.StatusCode);
    }

    [SkippableFact]
    public async Task A_manifest_is_read_by_tag_and_by_digest_as_it_was_pushed()
    {
        var manifest = await PushImageAsync("1.0");

        foreach (var reference in new[] { "1.0", $"{Digest.Of(manifest)}" })
        {
            using var read = await SendAsync(HttpMethod.Get, $"manifests/{reference}", change: Accept);
            Assert.Equal(manifest, await read.Content.ReadAsByteArrayAsync());
            Assert.Equal(Manifest.DockerImage, $"{read.Content.Headers.ContentType}");
            Assert.Equal($"{Digest.Of(manifest)}", read.Headers.GetValues("Docker-Content-Digest").Single());
        }
    }

    [SkippableFact]
    public async Task A_manifest_without_its_blobs_is_refused()
    {
        using var refused = await PutAsync("1.0", Image(Blob, Manifest.DockerImage), Manifest.DockerImage);

        await AssertErrorAsync(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN", refused);
    }

    [SkippableTheory]
    [InlineData("{nonsense", Manifest.OciImage)]
    [InlineData("{}", "text/plain")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}""", Manifest.DockerImage)]
    public async Task What_is_no_manifest_is_refused(string body, string type)
    {
        using var refused = await PutAsync("1.0", Encoding.UTF8.GetBytes(body), type);

        await AssertErrorAsync(HttpStatusCode.BadRequest, "MANIFEST_INVALID", refused);
    }

    [SkippableFact]
    public async Task A_manifest_under_another_ones_digest_is_refused()
    {
        var manifest = await PushImageAsync("1.0");
        using var refused = await PutAsync($"{Digest.Of([3])}", manifest, Manifest.DockerImage);

        await AssertErrorAsync(HttpStatusCode.BadRequest, "DIGEST_INVALID", refused);
    }

    [SkippableFact]
    public async Task An_unknown_tag_is_manifest_unknown_and_an_unknown_repository_has_no_list()
    {
        using var tag = await SendAsync(HttpMethod.Get, "manifests/none", change: Accept);
        await AssertErrorAsync(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN", tag);
        using var list = await SendAsync(HttpMethod.Get, "tags/list");
        await AssertErrorAsync(HttpStatusCode.NotFound, "NAME_UNKNOWN", list);
    }

    [SkippableFact]
    public async Task An_index_needs_its_manifests()
    {
        var manifest = await PushImageAsync("1.0");
        using var accepted = await PutAsync("all", Index(manifest), Manifest.OciIndex);
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
        using var refused = await PutAsync("all", Index([4]), Manifest.OciIndex);
        await AssertErrorAsync(HttpStatusCode.BadRequest, "MANIFEST_BLOB_UNKNOWN", refused);
    }

    [SkippableFact]
    public async Task An_OCI_manifest_is_not_given_to_a_client_that_does_not_know_it()
    {
        await PushAsync(Blob);
        using var pushed = await PutAsync("oci", Image(Blob, Manifest.OciImage), Manifest.OciImage);
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);

        using var read = await SendAsync(HttpMethod.Get, "manifests/oci", change: r => r.Headers.Accept.ParseAdd(Manifest.DockerImage));
        await AssertErrorAsync(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN", read);
    }

    [SkippableFact]
    public async Task A_deleted_manifest_takes_its_tags_along()
    {
        var manifest = await PushImageAsync("1.0");
        using var deleted = await SendAsync(HttpMethod.Delete, $"manifests/{Digest.Of(manifest)}");
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);

        using var tag = await SendAsync(HttpMethod.Head, "manifests/1.0", change: Accept);
        Assert.Equal(HttpStatusCode.NotFound, tag.StatusCode);
        using var again = await SendAsync(HttpMethod.Delete, $"manifests/{Digest.Of(manifest)}");
        await AssertErrorAsync(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN", again);
    }

    [SkippableFact]
    public async Task Tags_are_listed()
    {
        await PushImageAsync("1.0");
        await PushImageAsync("latest");
        using var list = await SendAsync(HttpMethod.Get, "tags/list");
        var content = JsonNode.Parse(await list.Content.ReadAsStringAsync())!;

        Assert.Equal(name, $"{content["name"]}");
        Assert.Equal(["1.0", "latest"], content["tags"]!.AsArray().Select(t => $"{t}").Order(StringComparer.Ordinal));
    }

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public virtual Task DisposeAsync()
    {
        client.Dispose();
        return Task.CompletedTask;
    }

    private string Leaf => name.Split('/')[1];

    private static ByteArrayContent Piece(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(Bytes) } };

    private static void Accept(HttpRequestMessage request) => request.Headers.Accept.ParseAdd(Manifest.DockerImage);

    private static byte[] Image(byte[] blob, string type) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = type,
        ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", blob),
        ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar", blob)),
    }.ToJsonString());

    private static byte[] Index(byte[] manifest) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Manifest.OciIndex,
        ["manifests"] = new JsonArray(Descriptor(Manifest.DockerImage, manifest)),
    }.ToJsonString());

    private static JsonObject Descriptor(string type, byte[] content) =>
        new() { ["mediaType"] = type, ["digest"] = $"{Digest.Of(content)}", ["size"] = content.Length };

    private static async Task AssertErrorAsync(HttpStatusCode status, string code, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, $"{JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![0]!["code"]}");
    }

    private async Task<byte[]> PushImageAsync(string tag)
    {
        await PushAsync(Blob);
        var manifest = Image(Blob, Manifest.DockerImage);
        using var pushed = await PutAsync(tag, manifest, Manifest.DockerImage);
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        return manifest;
    }

    private Task<HttpResponseMessage> PutAsync(string reference, byte[] manifest, string type) =>
        SendAsync(HttpMethod.Put, $"manifests/{reference}", new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(type) } });

    private async Task PushAsync(byte[] blob)
    {
        var upload = await StartAsync();
        using var pushed = await SendAsync(HttpMethod.Put, $"{upload}&digest={Digest.Of(blob)}", Piece(blob));
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
    }

    // A registry may put a query into the location; what is added to it follows then with "&".
    private async Task<string> StartAsync()
    {
        using var started = await SendAsync(HttpMethod.Post, "blobs/uploads/");
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return $"{started.Headers.Location}";
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, Action<HttpRequestMessage>? change = null)
    {
        var address = new Uri(new Uri($"{await AddressAsync()}/v2/{name}/"), path);
        using var request = new HttpRequestMessage(method, address) { Content = content };
        change?.Invoke(request);
        return await client.SendAsync(request);
    }
}
