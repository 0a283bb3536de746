using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>The certificate of the API server: made once, kept in the state folder, and its own authority in the kubeconfig.</summary>
internal static class ServerCertificate
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    public static async Task<X509Certificate2> LoadAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "server.pfx");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(folder);
            var made = Make(time.GetUtcNow());
            await File.WriteAllBytesAsync(file, made, cancellation);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        // Read back even when it was just made: Windows serves no key that was never stored.
        return X509CertificateLoader.LoadPkcs12(await File.ReadAllBytesAsync(file, cancellation), null);
    }

    private static byte[] Make(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sandbox", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var made = request.CreateSelfSigned(now.AddDays(-1), now + Validity);
        return made.Export(X509ContentType.Pfx);
    }
}
