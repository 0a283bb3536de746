using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>The documents that the store reads and writes.</summary>
internal static class S3Xml
{
    public static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    // Keys may hold control characters, which S3 writes as references although XML 1.0 has none for them.
    private static readonly XmlWriterSettings Writing = new() { Encoding = new UTF8Encoding(false), CheckCharacters = false };

    /// <summary>An element of an answer.</summary>
    public static XElement Element(string name, params object?[] content) => new(Namespace + name, content);

    /// <summary>A time as answers write it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>The user that owns everything.</summary>
    public static XElement Owner(string name = "Owner") => Element(name, Element("ID", "sandbox"), Element("DisplayName", "sandbox"));

    /// <summary>Answers with a document.</summary>
    public static async Task WriteAsync(HttpResponse response, XElement root, CancellationToken cancellation, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, Writing))
            root.Save(writer);
        response.StatusCode = (int)status;
        response.ContentType = "application/xml";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellation);
    }

    /// <summary>Reads a request's document; its namespace does not matter, as it does not to S3.</summary>
    /// <exception cref="S3Exception">MalformedXML.</exception>
    public static XElement Read(byte[] document, string root)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(document), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
            var read = XElement.Load(reader, LoadOptions.PreserveWhitespace);
            foreach (var element in read.DescendantsAndSelf())
                element.Name = element.Name.LocalName;
            return read.Name.LocalName == root ? read : throw S3Exception.MalformedXml();
        }
        catch (XmlException)
        {
            throw S3Exception.MalformedXml();
        }
    }
}
