using System.Globalization;

namespace Pipeline.Sandbox.Containers;

/// <summary>The counters of the reference application in the text format of Prometheus.</summary>
internal sealed class ApiMetrics(string version)
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
    private readonly Lock gate = new();
    private readonly SortedDictionary<(string Method, string Route, int Status), long> requests = [];
    private readonly long[] buckets = new long[Bounds.Length];
    private double seconds;
    private long count;

    /// <summary>Counts one answered request.</summary>
    public void Observe(string method, string route, int status, TimeSpan took)
    {
        lock (gate)
        {
            requests[(method, route, status)] = requests.GetValueOrDefault((method, route, status)) + 1;
            seconds += took.TotalSeconds;
            count++;
            for (var i = 0; i < Bounds.Length; i++)
                if (took.TotalSeconds <= Bounds[i])
                    buckets[i]++;
        }
    }

    /// <summary>All counters.</summary>
    public string Text()
    {
        lock (gate)
        {
            List<string> lines = ["# TYPE app_info gauge", $"app_info{{version=\"{version}\"}} 1", "# TYPE http_requests_total counter"];
            lines.AddRange(requests.Select(r => $"http_requests_total{{method=\"{r.Key.Method}\",route=\"{r.Key.Route}\",status=\"{r.Key.Status}\"}} {r.Value}"));
            lines.Add("# TYPE http_request_duration_seconds histogram");
            lines.AddRange(Bounds.Select((b, i) => $"http_request_duration_seconds_bucket{{le=\"{b.ToString("0.0##", CultureInfo.InvariantCulture)}\"}} {buckets[i]}"));
            lines.Add($"http_request_duration_seconds_bucket{{le=\"+Inf\"}} {count}");
            lines.Add($"http_request_duration_seconds_sum {seconds.ToString("0.000000", CultureInfo.InvariantCulture)}");
            lines.Add($"http_request_duration_seconds_count {count}");
            return string.Join('\n', lines) + "\n";
        }
    }
}
