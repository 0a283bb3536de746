namespace Pipeline.Backups;

/// <summary>A backup that was uploaded and proven.</summary>
/// <param name="Bucket">Where it is kept.</param>
/// <param name="Id">Its object key in the bucket.</param>
/// <param name="SizeBytes">The dump's size in bytes.</param>
/// <param name="Sha256">The dump's SHA-256 in lower-case hex, computed while it was written and found again on the object.</param>
/// <param name="Database">The database's name.</param>
/// <param name="SchemaRevision">The Alembic revision that the dump contains; null before the first migration.</param>
/// <param name="Taken">When the dump began, in UTC.</param>
public sealed record BackupResult(
    string Bucket, string Id, long SizeBytes, string Sha256, string Database, string? SchemaRevision, DateTimeOffset Taken);
