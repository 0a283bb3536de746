using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Cdn.Api;

/// <summary>The documents that the API reads and writes.</summary>
internal static class CdnXml
{
    public static readonly XNamespace Namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
    private static readonly XmlWriterSettings Writing = new() { Encoding = new UTF8Encoding(false), Async = true };

    public static XElement Element(string name, params object?[] content) => new(Namespace + name, content);

    /// <summary>A list as this API writes them: how many, and each.</summary>
    public static XElement List(string name, params XElement[] items) =>
        Element(name, Element("Quantity", items.Length), items.Length == 0 ? null : Element("Items", [.. items]));

    /// <summary>A time as answers write it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>Answers with a document.</summary>
    public static async Task WriteAsync(HttpResponse response, XElement root, CancellationToken cancellation, HttpStatusCode status = HttpStatusCode.OK)
    {
        response.StatusCode = (int)status;
        response.ContentType = "text/xml";
        await using var writer = XmlWriter.Create(response.Body, Writing);
        await root.SaveAsync(writer, cancellation);
    }

    /// <summary>Reads a request's document, without its namespace.</summary>
    /// <exception cref="CdnException">MalformedXML.</exception>
    public static XElement Read(byte[] document, string root)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(document), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var read = XElement.Load(reader);
            foreach (var element in read.DescendantsAndSelf())
                element.Name = element.Name.LocalName;
            return read.Name.LocalName == root ? read : throw CdnException.MalformedXml();
        }
        catch (XmlException)
        {
            throw CdnException.MalformedXml();
        }
    }
}
