namespace Pipeline.Sandbox.Cluster;

/// <summary>Reads a container's log, line by line without line ends.</summary>
/// <param name="pod">The pod.</param>
/// <param name="request">Which lines.</param>
/// <param name="cancellation">Ends it: a followed log has no end of its own while the container runs.</param>
/// <exception cref="ApiException">BadRequest: the container has no such log yet.</exception>
internal delegate IAsyncEnumerable<string> PodLogSource(StoredObject pod, LogRequest request, CancellationToken cancellation);

/// <summary>Which lines of a container's log.</summary>
/// <param name="Container">The container.</param>
/// <param name="Previous">True for the run before the last restart.</param>
/// <param name="TailLines">Only so many of the last lines; null for all.</param>
/// <param name="Follow">Goes on until the container ends.</param>
/// <param name="Since">Only lines from then on; null for all.</param>
/// <param name="Timestamps">Each line begins with its time in RFC 3339.</param>
/// <param name="LimitBytes">The server ends the log after so many bytes; null for no limit.</param>
internal sealed record LogRequest(string Container, bool Previous, int? TailLines, bool Follow, DateTimeOffset? Since, bool Timestamps, long? LimitBytes);
