namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>What is wrong with a request's signature; each service has its own code for it.</summary>
internal enum SignatureFault
{
    Missing,
    Unsupported,
    Malformed,
    MalformedQuery,
    UnknownKey,
    Skewed,
    Expired,
    HeadersNotSigned,
    Mismatch,
}

/// <summary>A request that nobody with the secret has signed.</summary>
internal sealed class SignatureException(SignatureFault fault, string message) : Exception(message)
{
    public SignatureFault Fault { get; } = fault;
}
