using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox;

/// <summary>Where a server listens, and who hears of what happens there.</summary>
/// <param name="Port">The port; 0, and a port that is taken, let the system choose.</param>
internal readonly record struct Door(int Port)
{
    /// <summary>Called when a request begins and when it ends.</summary>
    public Action? Used { get; init; }

    /// <summary>Gives a token that is cancelled while nobody gets through: what is open is cut, what comes is not answered.</summary>
    public Func<CancellationToken>? Cut { get; init; }

    /// <summary>What a request passes on its way to the handler; null where it goes there directly.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Pass { get; init; }

    /// <summary>Called with what was thrown while answering; the client sees 500.</summary>
    public Action<Exception>? Failed { get; init; }
}
