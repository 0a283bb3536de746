using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Incidents;

/// <summary>What was collected so far, and what could not be and why. Readings that run side by side add to it.</summary>
internal sealed partial class Evidence
{
    private readonly ConcurrentDictionary<string, string> files = new();
    private readonly ConcurrentQueue<(string What, string Why)> missing = new();

    /// <summary>Every file by its name in the bundle, with slashes; not redacted yet.</summary>
    public IReadOnlyDictionary<string, string> Files => files;

    /// <summary>What could not be read: each reason once, with all that it kept away.</summary>
    public IEnumerable<(string Why, IReadOnlyList<string> What)> Missing =>
        missing.GroupBy(m => m.Why).Select(g => (g.Key, (IReadOnlyList<string>)[.. g.Select(m => m.What).Distinct().Order(StringComparer.Ordinal)]));

    /// <summary>Keeps a text under a name that every file system takes.</summary>
    /// <param name="folder">The folder in the bundle; null for its top.</param>
    /// <param name="name">As the cluster names it.</param>
    /// <param name="text">The text.</param>
    public void Add(string? folder, string name, string text)
    {
        var safe = NotInNames().Replace(name, "_");
        files[folder is null ? safe : $"{folder}/{safe}"] = text;
    }

    /// <summary>Notes that something could not be read.</summary>
    public void Miss(string what, string why) => missing.Enqueue((what, why));

    /// <summary>Reads something; what keeps it from being read is noted, so that one missing right or a slow node does not hide the rest.</summary>
    public async Task TryAsync(string what, Func<Task> reading)
    {
        try
        {
            await reading();
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            Miss(what, "not allowed");
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.NotFound)
        {
            Miss(what, "the cluster does not have it");
        }
        catch (FailureException e)
        {
            Miss(what, e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            Miss(what, $"the answer broke off: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            Miss(what, "no answer in time");
        }
    }

    // What Windows refuses in a name, and what a terminal would act on.
    [GeneratedRegex("""[<>:"/\\|?*\x00-\x1f]""")]
    private static partial Regex NotInNames();
}
