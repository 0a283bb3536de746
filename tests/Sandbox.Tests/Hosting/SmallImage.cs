using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Sandbox.Tests.Hosting;

/// <summary>An image with as much of the reference application as the sandbox looks for, pushed as registries' clients do.</summary>
internal static class SmallImage
{
    private const string Repository = "dataset-management/api";
    private const string Type = "application/vnd.oci.image";

    /// <returns>The image's name.</returns>
    public static async Task<string> PushAsync(string registry, string version)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{registry}") };
        var layer = Layer();
        var config = Encoding.UTF8.GetBytes(
            $$$"""
            {"architecture":"amd64","os":"linux","config":{"Cmd":["python3","-m","app"],"Env":["APP_VERSION={{{version}}}"]},
             "rootfs":{"type":"layers","diff_ids":["{{{Digest(layer)}}}"]}}
            """);
        await PushAsync(client, layer);
        await PushAsync(client, config);
        using var manifest = new StringContent($$$"""
            {"schemaVersion":2,"mediaType":"{{{Type}}}.manifest.v1+json","config":{"mediaType":"{{{Type}}}.config.v1+json","size":{{{config.Length}}},"digest":"{{{Digest(config)}}}"},
             "layers":[{"mediaType":"{{{Type}}}.layer.v1.tar","size":{{{layer.Length}}},"digest":"{{{Digest(layer)}}}"}]}
            """);
        manifest.Headers.ContentType = new MediaTypeHeaderValue($"{Type}.manifest.v1+json");
        (await client.PutAsync(new Uri($"/v2/{Repository}/manifests/{version}", UriKind.Relative), manifest)).EnsureSuccessStatusCode();
        return $"{registry}/{Repository}:{version}";
    }

    private static byte[] Layer()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "srv/app/main.py") { DataStream = new MemoryStream([.. "pass\n"u8]) });
        return archive.ToArray();
    }

    private static async Task PushAsync(HttpClient client, byte[] content)
    {
        var begun = await client.PostAsync(new Uri($"/v2/{Repository}/blobs/uploads/", UriKind.Relative), null);
        var upload = new Uri(client.BaseAddress!, begun.EnsureSuccessStatusCode().Headers.Location!);
        using var blob = new ByteArrayContent(content);
        (await client.PutAsync(new Uri($"{upload}{(upload.Query.Length > 0 ? "&" : "?")}digest={Digest(content)}"), blob)).EnsureSuccessStatusCode();
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
