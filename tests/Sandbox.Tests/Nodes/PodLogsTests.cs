using Pipeline.Sandbox.Nodes;

namespace Sandbox.Tests.Nodes;

public sealed class PodLogsTests
{
    [Fact]
    public async Task A_pod_is_forgotten_by_its_worker_and_its_node_at_once()
    {
        using var folder = new TestFolder();
        var logs = new PodLogs(folder.Path, TimeProvider.System);

        await Parallel.ForAsync(0, 60, async (pod, _) =>
        {
            for (var container = 0; container < 5; container++)
                logs.Open($"{pod}", $"{container}", 0).Write("a line");
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => logs.Remove($"{pod}"))));
        });

        Assert.Empty(Directory.GetDirectories(folder.Path));
    }
}
