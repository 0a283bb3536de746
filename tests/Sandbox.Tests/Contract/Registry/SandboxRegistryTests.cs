using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Contract.Registry;

/// <summary>The sandbox's registry.</summary>
public sealed class SandboxRegistryTests : RegistryContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private RegistryServer? server;

    /// <inheritdoc />
    public override async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        await base.DisposeAsync();
    }

    /// <inheritdoc />
    protected override async Task<string> AddressAsync() =>
        (server ??= await RegistryServer.StartAsync(new RegistryOptions(folder, new FaultSwitch(), TimeProvider.System), default)).Address;
}
