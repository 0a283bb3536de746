using Amazon.S3;
using Sandbox.Tests.ObjectStore;

namespace Sandbox.Tests.Contract.ObjectStore;

/// <summary>The sandbox's object store.</summary>
public sealed class SandboxObjectStoreTests : ObjectStoreContract
{
    private StoreBed? bed;

    /// <inheritdoc />
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (bed is not null)
            await bed.DisposeAsync();
    }

    /// <inheritdoc />
    protected override async Task<IAmazonS3> ConnectAsync() => (bed = await StoreBed.StartAsync()).Client();
}
