using System.Text;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Answers requests for pods' logs, each line as it is written.</summary>
internal sealed class PodLogStream(ClusterServerOptions options)
{
    // How long an error may take to show before a followed log's headers go out.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public async Task SendAsync(ApiRequest request)
    {
        var pod = options.Store.Find(request.Kind, request.Namespace, request.Name) ?? throw ApiException.NotFound(request.Kind, request.Name);
        var wanted = Wanted(request, pod);
        await using var lines = options.Logs(pod, wanted, request.Aborted).GetAsyncEnumerator(request.Aborted);
        var first = lines.MoveNextAsync().AsTask();
        if (wanted.Follow)
            await Task.WhenAny(first, Task.Delay(Patience, options.Time, request.Aborted));
        if (!wanted.Follow || first.IsCompleted)
            await first;
        var response = request.Http.Response;
        response.ContentType = "text/plain";
        await response.Body.FlushAsync(request.Aborted);
        var left = wanted.LimitBytes ?? long.MaxValue;
        for (var isMore = await first; isMore && left > 0; isMore = await lines.MoveNextAsync())
        {
            var line = Encoding.UTF8.GetBytes(lines.Current + "\n").AsMemory();
            line = line.Length > left ? line[..(int)left] : line;
            left -= line.Length;
            await response.Body.WriteAsync(line, request.Aborted);
            if (wanted.Follow)
                await response.Body.FlushAsync(request.Aborted);
        }
    }

    private LogRequest Wanted(ApiRequest request, StoredObject pod)
    {
        var since = request.Number("sinceSeconds") is { } seconds ? options.Time.GetUtcNow() - TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(request.Query("sinceTime"), out var time) ? time : (DateTimeOffset?)null;
        return new LogRequest(
            Container(request.Query("container"), pod),
            request.Flag("previous"),
            (int?)request.Number("tailLines"),
            request.Flag("follow"),
            since,
            request.Flag("timestamps"),
            request.Number("limitBytes"));
    }

    private static string Container(string? asked, StoredObject pod)
    {
        var names = pod.Content.Items("spec", "containers").Select(c => c.Text("name") ?? "").ToList();
        var initial = pod.Content.Items("spec", "initContainers").Select(c => c.Text("name") ?? "").ToList();
        if (asked is null && names is [var only])
            return only;
        if (asked is null)
            throw ApiException.BadRequest($"a container name must be specified for pod {pod.Name}, choose one of: [{string.Join(' ', names)}]{(initial.Count > 0 ? $" or one of the init containers: [{string.Join(' ', initial)}]" : "")}");
        return names.Contains(asked) || initial.Contains(asked) ? asked : throw ApiException.BadRequest($"container {asked} is not valid for pod {pod.Name}");
    }
}
