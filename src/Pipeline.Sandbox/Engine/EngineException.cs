namespace Pipeline.Sandbox.Engine;

/// <summary>A request that the engine refuses; the message is worded as the real engine words it.</summary>
/// <param name="status">The HTTP status. It counts only while the answer has not begun; then the message alone is sent.</param>
/// <param name="message">The sentence.</param>
internal sealed class EngineException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static EngineException NoImage(string name) => new(404, $"No such image: {name}");

    /// <summary>A step of a build, or of a push or a pull, that went wrong.</summary>
    public static EngineException Failed(string message) => new(500, message);
}
