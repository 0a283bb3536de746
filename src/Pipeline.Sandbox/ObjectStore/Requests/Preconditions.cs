using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>What a reading request may ask for first.</summary>
internal enum Precondition
{
    Holds,
    NotModified,
    Failed,
}

/// <summary>The conditional headers (RFC 9110, section 13).</summary>
internal static class Preconditions
{
    /// <summary>Judges those of a GET or HEAD.</summary>
    public static Precondition ForReading(IHeaderDictionary headers, ObjectRecord record) => Judge(headers, record.ETag, record.Modified, "");

    /// <summary>Judges those on the source of a copy.</summary>
    public static Precondition ForCopying(IHeaderDictionary headers, ObjectRecord source) => Judge(headers, source.ETag, source.Modified, "x-amz-copy-source-");

    /// <summary>Judges a reading request's, by an answer's own validators.</summary>
    public static Precondition ForReading(IHeaderDictionary headers, string etag, DateTimeOffset modified) => Judge(headers, etag, modified, "");

    /// <summary>The check of a conditional write.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="atStart">What was there when the request came, which may have changed while its body was sent.</param>
    public static Action<ObjectRecord?> ForWriting(IHeaderDictionary headers, ObjectRecord? atStart)
    {
        var (match, noneMatch) = (headers.IfMatch.ToString(), headers.IfNoneMatch.ToString());
        if (noneMatch.Length > 0 && noneMatch != "*")
            throw S3Exception.NotImplemented("If-None-Match with anything but *");
        return now =>
        {
            if (match.Length > 0 && now is null)
                throw atStart is null ? S3Exception.NoSuchKey() : Conflict();
            if ((match.Length > 0 && !Matches(match, now!.ETag)) || (noneMatch.Length > 0 && now is not null))
                throw S3Exception.PreconditionFailed();
        };
    }

    /// <summary>True when a list of ETags names this one.</summary>
    public static bool Matches(string list, string etag) => list.Split(',', StringSplitOptions.TrimEntries)
        .Any(one => one == "*" || (one.StartsWith("W/", StringComparison.Ordinal) ? one[2..] : one).Trim('"') == etag);

    private static Precondition Judge(IHeaderDictionary headers, string etag, DateTimeOffset modified, string prefix)
    {
        var (match, noneMatch) = (headers[$"{prefix}If-Match"].ToString(), headers[$"{prefix}If-None-Match"].ToString());
        var (unmodified, since) = (Time(headers[$"{prefix}If-Unmodified-Since"]), Time(headers[$"{prefix}If-Modified-Since"]));
        if (match.Length > 0 ? !Matches(match, etag) : modified > unmodified)
            return Precondition.Failed;
        return (noneMatch.Length > 0 ? Matches(noneMatch, etag) : modified <= since) ? Precondition.NotModified : Precondition.Holds;
    }

    private static DateTimeOffset? Time(string? text) => DateTimeOffset.TryParse(text, out var time) ? time : null;

    private static S3Exception Conflict() => new(
        System.Net.HttpStatusCode.Conflict, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.");
}
