using System.Net;
using System.Xml;
using System.Xml.Linq;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace Amazon.CloudFront.Internal;

/// <summary>Reads an operation's answer, or the error in its place.</summary>
internal sealed class CloudFrontAnswer(Func<XElement, IWebResponseData, AmazonWebServiceResponse> read) : XmlResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext context) => read(Root(context), context.ResponseData);

    // <ErrorResponse><Error><Type>Sender</Type><Code>NoSuchDistribution</Code><Message>…</Message></Error><RequestId>…</RequestId></ErrorResponse>
    public override AmazonServiceException UnmarshallException(XmlUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var root = RootOrNull(context);
        var error = root.Child("Error");
        var code = error.Text("Code");
        var type = error.Text("Type") switch
        {
            "Sender" => ErrorType.Sender,
            "Receiver" => ErrorType.Receiver,
            _ => ErrorType.Unknown,
        };
        var message = error.Text("Message") ?? $"CloudFront answered with status {(int)statusCode} and no explanation.";
        return Typed(code, message, innerException, type, root.Text("RequestId"), statusCode);
    }

    private static AmazonCloudFrontException Typed(string code, string message, Exception cause, ErrorType type, string id, HttpStatusCode status) => code switch
    {
        "AccessDenied" => new AccessDeniedException(message, cause, type, code, id, status),
        "NoSuchDistribution" => new NoSuchDistributionException(message, cause, type, code, id, status),
        "NoSuchInvalidation" => new NoSuchInvalidationException(message, cause, type, code, id, status),
        "TooManyInvalidationsInProgress" => new TooManyInvalidationsInProgressException(message, cause, type, code, id, status),
        _ => new AmazonCloudFrontException(message, cause, type, code, id, status),
    };

    private static XElement Root(XmlUnmarshallerContext context) =>
        RootOrNull(context) ?? throw new AmazonUnmarshallingException("CloudFront answered with something that is no XML.", null, null);

    // A proxy in between answers in HTML or with nothing at all.
    private static XElement RootOrNull(XmlUnmarshallerContext context)
    {
        try
        {
            return XDocument.Load(context.Stream).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
