using System.Collections.Immutable;
using System.Security.Cryptography;
using Pipeline.Cluster;
using Pipeline.Frontend;
using Pipeline.Preflight;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Tests.Releases;
using Sandbox.Tests.Contract.Cluster;
using Sandbox.Tests.ObjectStore;

namespace Sandbox.Tests.Releases;

/// <summary>However large a release is, an API server takes its record.</summary>
[Collection(nameof(EnvironmentCredentials))]
public abstract class RecordSizeTests(ContractCluster cluster) : ContractTests(cluster)
{
    private const int Files = 100_000;

    [SkippableFact]
    public async Task A_site_of_100000_pages_is_recorded_by_reference()
    {
        await using var bed = await StoreBed.StartAsync();
        using var bucket = new SiteBucket(new FrontendOptions { FrontendSource = ".", FrontendBucket = StoreBed.Bucket, Storage = new() { StorageEndpoint = bed.Server.Address } });
        var hashes = new SortedDictionary<string, string>(Enumerable.Range(0, Files).ToDictionary(n => $"docs/chapter-{n % 100}/page-{n}.html", n => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(n)))), StringComparer.Ordinal);
        var list = await new SiteFiles(hashes, new Dictionary<string, string>()).KeepAsync(bucket, "releases/1/", default);
        var pages = new FrontendResult("site", "releases/1/", ImmutableSortedDictionary<string, string>.Empty, [], InvalidationPaths.Named(hashes.Keys), Files, null, list);
        var store = new RecordStore(Connection);

        Assert.True(await store.TryCreateAsync(Given.Good(1) with { Frontend = pages }, default));

        var read = (await new RecordStore(Connection).ReadAsync(default)).Releases.Single(r => r.Number == 1).Frontend!;
        Assert.Equal(["*"], read.Changed.AsEnumerable());
        Assert.Equal(["/*"], InvalidationPaths.Of(read.Changed).AsEnumerable());
        Assert.Equal(hashes, (await SiteFiles.ReadAsync(bucket, read, default)).Pages.OrderBy(p => p.Key, StringComparer.Ordinal));
        // A person can still read it.
        Assert.True((await GetAsync(Resource.ConfigMaps, "pipeline-release-1")).At("data")!.ToJsonString().Length < 4096);
    }

    [SkippableFact]
    public async Task A_record_that_grew_is_packed_and_comes_back_and_shrinks_again()
    {
        var text = new string('x', 100_000);
        var large = Given.Good(2) with
        {
            Rollout = new RolloutResult([.. Enumerable.Range(0, 20_000).Select(n => new AppliedObject("v1", "ConfigMap", $"settings-of-tenant-{n}-{Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(n)))[..10]}"))], 0),
            Steps = [new StepRecord("Deploy", StepState.Failed, Given.Moment, null, text)],
            Preflight = new PreflightResult([.. Enumerable.Range(0, 30).Select(n => new Finding($"check-{n}", FindingState.Failed, text, text))]),
        };
        var store = new RecordStore(Connection);
        Assert.True(await store.TryCreateAsync(large, default));

        var read = (await new RecordStore(Connection).ReadAsync(default)).Find(2)!;
        Assert.Equal(large.Rollout.Objects.AsEnumerable(), read.Rollout!.Objects);
        Assert.EndsWith("… (92000 more characters)", read.Steps.Single().Error, StringComparison.Ordinal);

        await store.WriteAsync(Given.Good(2), default);
        var stored = await GetAsync(Resource.ConfigMaps, "pipeline-release-2");
        Assert.NotNull(stored.Text("data", "release.json"));
        Assert.Null(stored["binaryData"]);
    }

    [SkippableFact]
    public async Task Three_megabytes_of_manifests_that_do_not_shrink_are_kept_replaced_and_deleted()
    {
        var archive = new ManifestArchive(Connection);
        var manifests = Enumerable.Range(0, 4).Select(n => ConfigMap($"noise-{n}", ("noise", Convert.ToBase64String(RandomNumberGenerator.GetBytes(750 * 1024))))).ToList();
        Assert.True(manifests.Sum(m => m.ToJsonString().Length) > 3 * 1024 * 1024);

        await archive.WriteAsync(3, manifests, default);
        Assert.Equal(manifests.Select(m => m.ToJsonString()), (await archive.ReadAsync(3, default)).Select(m => m.ToJsonString()));
        Assert.Equal(5, await PartsAsync());

        await archive.WriteAsync(3, [.. manifests.Skip(1)], default);
        Assert.Equal(manifests.Skip(1).Select(m => m.ToJsonString()), (await archive.ReadAsync(3, default)).Select(m => m.ToJsonString()));
        Assert.Equal(4, await PartsAsync());

        await archive.WriteAsync(3, [ConfigMap("small")], default);
        Assert.Equal(1, await PartsAsync());
        await archive.DeleteAsync(3, default);
        Assert.Equal(0, await PartsAsync());
    }

    [SkippableFact]
    public async Task Records_are_found_by_one_label_and_never_taken_for_something_that_was_applied()
    {
        await new RecordStore(Connection).TryCreateAsync(Given.Good(4), default);
        await new ManifestArchive(Connection).WriteAsync(4, [ConfigMap("settings")], default);

        var records = (await Connection.ListAsync(Resource.ConfigMaps, RecordStore.Label, default)).Where(m => m.At("metadata", "labels").Text("pipeline/number") == "4").ToList();
        Assert.Equal(["pipeline-release-4", "pipeline-release-4-manifests-0"], records.Select(m => m.Name()).Order(StringComparer.Ordinal));
        Assert.All(records, r => Assert.Null(r.At("metadata", "labels").Text(ManifestSet.AppliedLabel)));
    }

    private async Task<int> PartsAsync() => (await Connection.ListAsync(Resource.ConfigMaps, $"{RecordStore.Label}=manifests,pipeline/number=3", default)).Count;
}

public sealed class SandboxRecordSizes(SandboxCluster cluster) : RecordSizeTests(cluster), IClassFixture<SandboxCluster>;

public sealed class TestbedRecordSizes(TestbedCluster cluster) : RecordSizeTests(cluster), IClassFixture<TestbedCluster>;
