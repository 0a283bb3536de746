using Amazon.S3;

namespace Sandbox.Tests.Contract.ObjectStore;

/// <summary>Another object store, where the machine has the test bed.</summary>
public sealed class TestBedObjectStoreTests : ObjectStoreContract
{
    /// <inheritdoc />
    protected override Task<IAmazonS3> ConnectAsync()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("TESTBED") == "1", "TESTBED is not 1: no other object store is at hand");
        return Task.FromResult<IAmazonS3>(new AmazonS3Client(new AmazonS3Config
        {
            ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"),
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
        }));
    }
}
