using System.Globalization;
using System.Xml.Linq;

namespace Amazon.CloudFront.Internal;

/// <summary>CloudFront's XML: its version, its namespace, and how its values are read.</summary>
internal static class CloudFrontXml
{
    public const string ApiVersion = "2020-05-31";

    public static readonly XNamespace Namespace = $"http://cloudfront.amazonaws.com/doc/{ApiVersion}/";

    // By local name: some compatible servers leave the namespace out.
    public static XElement Child(this XElement parent, string name) => parent?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    public static string Text(this XElement parent, string name) => parent.Child(name)?.Value;

    public static int? Number(this XElement parent, string name) =>
        int.TryParse(parent.Text(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool? Flag(this XElement parent, string name) => bool.TryParse(parent.Text(name), out var flag) ? flag : null;

    // 2026-11-24T01:02:03.456Z
    public static DateTime? Time(this XElement parent, string name) =>
        DateTime.TryParse(parent.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
