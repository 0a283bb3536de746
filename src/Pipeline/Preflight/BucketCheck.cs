using Amazon.S3.Model;
using Pipeline.ObjectStore;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>A bucket exists and these credentials reach it. Whether they may write shows only when something is written.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="bucket">The bucket's name.</param>
/// <param name="storage">Which store.</param>
internal sealed class BucketCheck(string name, string bucket, ObjectStoreOptions storage) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        using var client = S3.Open(storage, connections: 1);
        try
        {
            await client.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket }, cancellation);
            return new Finding(name, FindingState.Passed, $"'{bucket}'");
        }
        catch (Exception e) when (StoreFailure.IsOne(e))
        {
            throw StoreFailure.Of(e, bucket, storage);
        }
    }
}
