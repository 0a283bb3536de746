using System.Text;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Amazon.CloudFront.Internal;

/// <summary>Makes a signed request out of an operation's parts.</summary>
internal sealed class CloudFrontOperation<TRequest>(string method, string path, Action<TRequest, IRequest> write) : IMarshaller<IRequest, AmazonWebServiceRequest>
    where TRequest : AmazonWebServiceRequest
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, "Amazon.CloudFront")
        {
            HttpMethod = method,
            ResourcePath = $"/{CloudFrontXml.ApiVersion}/{path}",
        };
        write((TRequest)input, request);
        return request;
    }
}

/// <summary>How an operation's values get into a request.</summary>
internal static class CloudFrontRequest
{
    /// <summary>Puts an encoded value in place of <c>{name}</c> in the path.</summary>
    public static void SetPathPart(this IRequest request, string name, string value)
    {
        // An empty id would address the collection above it.
        if (string.IsNullOrEmpty(value))
            throw new AmazonCloudFrontException($"The request has no {name}.");
        request.AddPathResource($"{{{name}}}", value);
    }

    /// <summary>Sends the element as the body.</summary>
    public static void SetBody(this IRequest request, XElement body)
    {
        request.Content = Encoding.UTF8.GetBytes(body.ToString(SaveOptions.DisableFormatting));
        request.Headers["Content-Type"] = "application/xml";
    }
}
