using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Nodes;

[Collection(nameof(Alone))]
public sealed class ManyPodsTests
{
    [Fact]
    public async Task Two_hundred_pods_get_ready()
    {
        await using var bed = await NodeBed.StartAsync();
        bed.CreateApi(200, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), () => $"{bed.Pods.Count(p => p.IsReady())} ready");

        Assert.Equal(200, bed.Pods.Count(p => p.IsReady()));
    }
}
