namespace Sandbox.Tests.Contract.Registry;

/// <summary>A real registry, where the machine has the test bed.</summary>
public sealed class TestBedRegistryTests : RegistryContract
{
    /// <inheritdoc />
    protected override Task<string> AddressAsync()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("TESTBED") == "1", "TESTBED is not 1: no real registry is at hand");
        return Task.FromResult($"http://{Environment.GetEnvironmentVariable("TESTBED_REGISTRY") ?? "localhost:5000"}");
    }
}
