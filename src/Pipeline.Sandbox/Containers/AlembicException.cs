namespace Pipeline.Sandbox.Containers;

/// <summary>What <c>alembic</c> ends with as <c>FAILED: …</c>.</summary>
internal sealed class AlembicException(string message) : Exception(message);
