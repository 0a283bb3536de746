using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>POST of <c>/build</c>.</summary>
/// <param name="images">Takes the image.</param>
/// <param name="bases">Finds the images that are built upon.</param>
/// <param name="writer">Takes the layers.</param>
internal sealed class BuildEndpoint(ImageStore images, BaseImages bases, LayerWriter writer)
{
    /// <summary>Builds an image from the archive in the request.</summary>
    public async Task BuildAsync(HttpContext http, MessageStream output)
    {
        if (http.Request.Query["version"] == "2")
            throw new EngineException(400, "this engine has no BuildKit; use the classic builder (version=1)");
        if (http.Request.Query["remote"].ToString().Length > 0)
            throw new EngineException(400, "this engine takes the context only in the request");
        var request = BuildRequest.Parse(http.Request.Query);
        await using var spool = new Spool();
        var context = await BuildContextFiles.ReadAsync(http.Request.Body, spool, http.RequestAborted);
        var instructions = Dockerfile.Parse(await BuildContextFiles.TakeDockerfileAsync(context, request.Dockerfile, http.RequestAborted));
        await new ImageBuild(request, context, spool, bases, images, writer, output).RunAsync(instructions, http.RequestAborted);
    }
}
