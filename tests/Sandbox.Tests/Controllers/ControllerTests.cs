using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Controllers;

public sealed class ControllerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private readonly FakeTimeProvider time = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_is_refused_is_tried_again_with_growing_pauses()
    {
        using var over = new CancellationTokenSource();
        var store = new ClusterStore(folder);
        var controller = new Refused(store, time);
        store.Create(ResourceKind.ConfigMaps, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "one", ["namespace"] = "space" } });
        var run = controller.RunAsync(over.Token);

        await controller.AttemptsAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await controller.AttemptsAsync(2);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await Task.Delay(100);
        Assert.Equal(2, controller.Attempts);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await controller.AttemptsAsync(3);

        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private sealed class Refused(ClusterStore store, TimeProvider time) : Controller(store, time)
    {
        public int Attempts { get; private set; }

        protected override IEnumerable<ResourceKind> Watched => [ResourceKind.ConfigMaps];

        public async Task AttemptsAsync(int count)
        {
            for (var waited = 0; Attempts < count; waited++)
            {
                Assert.True(waited < 500, $"{Attempts} attempts");
                await Task.Delay(10);
            }

            // The timer for the next attempt is set just after this one.
            await Task.Delay(50);
        }

        protected override IEnumerable<ObjectKey> KeysOf(StoreChange change) => [ObjectKey.Of(change.Object)];

        public override TimeSpan? Reconcile(ObjectKey key)
        {
            Attempts++;
            throw new ApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota");
        }
    }
}
