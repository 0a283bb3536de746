using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Pipeline.Sandbox.Cdn.Api;

/// <summary>The distribution as the API writes it; its configuration is that of the sandbox and never changes.</summary>
/// <param name="options">What the CDN was started with.</param>
/// <param name="domain">Host and port of the edge.</param>
/// <param name="modified">When the configuration was made.</param>
internal sealed class DistributionDocument(CdnOptions options, string domain, DateTimeOffset modified)
{
    private const string OriginId = "bucket";

    /// <summary>The configuration's version.</summary>
    public string ETag { get; } = $"E{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{options}")))[..13]}";

    public string Id => options.DistributionId;

    private string Arn => $"arn:aws:cloudfront::000000000000:distribution/{Id}";

    public XElement Whole(int invalidations) => CdnXml.Element(
        "Distribution",
        CdnXml.Element("Id", Id), CdnXml.Element("ARN", Arn), CdnXml.Element("Status", "Deployed"),
        CdnXml.Element("LastModifiedTime", CdnXml.Time(modified)),
        CdnXml.Element("InProgressInvalidationBatches", invalidations),
        CdnXml.Element("DomainName", domain),
        CdnXml.Element("ActiveTrustedSigners", CdnXml.Element("Enabled", false), CdnXml.Element("Quantity", 0)),
        CdnXml.Element("ActiveTrustedKeyGroups", CdnXml.Element("Enabled", false), CdnXml.Element("Quantity", 0)),
        Config());

    public XElement Config() => CdnXml.Element(
        "DistributionConfig",
        CdnXml.Element("CallerReference", Id), CdnXml.List("Aliases"),
        CdnXml.Element("DefaultRootObject", options.DefaultRootObject),
        Settings(),
        CdnXml.Element(
            "Logging", CdnXml.Element("Enabled", false), CdnXml.Element("IncludeCookies", false), CdnXml.Element("Bucket"), CdnXml.Element("Prefix")));

    public XElement List() => CdnXml.Element(
        "DistributionList",
        CdnXml.Element("Marker"), CdnXml.Element("MaxItems", 100), CdnXml.Element("IsTruncated", false), CdnXml.Element("Quantity", 1),
        CdnXml.Element("Items", CdnXml.Element(
            "DistributionSummary",
            CdnXml.Element("Id", Id), CdnXml.Element("ARN", Arn), CdnXml.Element("Status", "Deployed"),
            CdnXml.Element("LastModifiedTime", CdnXml.Time(modified)), CdnXml.Element("DomainName", domain),
            CdnXml.List("Aliases"), Settings())));

    private object?[] Settings() =>
    [
        CdnXml.List("Origins", CdnXml.Element(
            "Origin",
            CdnXml.Element("Id", OriginId), CdnXml.Element("DomainName", $"{options.Bucket}.s3.amazonaws.com"), CdnXml.Element("OriginPath"), CdnXml.List("CustomHeaders"),
            CdnXml.Element("S3OriginConfig", CdnXml.Element("OriginAccessIdentity")))),
        CdnXml.Element(
            "DefaultCacheBehavior",
            CdnXml.Element("TargetOriginId", OriginId), CdnXml.Element("ViewerProtocolPolicy", "allow-all"),
            CdnXml.Element("Compress", false), CdnXml.Element("MinTTL", 0), CdnXml.Element("DefaultTTL", 86400), CdnXml.Element("MaxTTL", 31536000)),
        CdnXml.List("CacheBehaviors"),
        options.ErrorPage is { } page
            ? CdnXml.List("CustomErrorResponses", CdnXml.Element(
                "CustomErrorResponse",
                CdnXml.Element("ErrorCode", 404), CdnXml.Element("ResponsePagePath", $"/{page}"), CdnXml.Element("ResponseCode", 404), CdnXml.Element("ErrorCachingMinTTL", 10)))
            : CdnXml.List("CustomErrorResponses"),
        CdnXml.Element("Comment"), CdnXml.Element("PriceClass", "PriceClass_All"), CdnXml.Element("Enabled", true),
        CdnXml.Element("ViewerCertificate", CdnXml.Element("CloudFrontDefaultCertificate", true)), CdnXml.Element("HttpVersion", "http1.1"), CdnXml.Element("IsIPV6Enabled", false),
    ];
}
