using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Cluster;

public sealed class ClusterWatchTests : IAsyncLifetime
{
    private const string List = """{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"a","resourceVersion":"9"}}]}""";
    private readonly LoopbackCluster cluster = new();
    private readonly ConcurrentQueue<string> asked = new();
    private readonly Queue<(int Status, string Text)> answers = new();
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
    private ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
        cluster.Before = async http =>
        {
            asked.Enqueue(http.Request.Query.ContainsKey("watch") ? $"watch from {http.Request.Query["resourceVersion"]}" : "list");
            var (status, text) = answers.Count > 0 ? answers.Dequeue() : (200, "");
            http.Response.StatusCode = status;
            await http.Response.WriteAsync(text);
            return true;
        };
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        stop.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Everything_there_is_comes_first_and_then_every_change()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, $"{Line("ADDED", "b", 11)}\n{Line("DELETED", "a", 12)}\n"));

        Assert.Equal(["all: a", "b", "gone: a"], await FollowAsync(3));
    }

    [Fact]
    public async Task What_is_there_already_is_read_in_pages_and_the_watch_begins_at_the_state_that_they_show()
    {
        answers.Enqueue((200, List.Replace("10", "10\",\"continue\":\"more", StringComparison.Ordinal)));
        answers.Enqueue((200, List.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)));
        answers.Enqueue((200, Line("MODIFIED", "b", 12) + "\n"));

        Assert.Equal(["all: a b", "b"], await FollowAsync(2));
        Assert.Equal(["list", "list", "watch from 10"], asked.Take(3));
    }

    [Fact]
    public async Task A_dropped_watch_goes_on_where_it_was_without_a_list()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, Line("MODIFIED", "a", 11) + "\n"));
        answers.Enqueue((200, Line("MODIFIED", "b", 12) + "\n"));

        Assert.Equal(["all: a", "a", "b"], await FollowAsync(3));
        Assert.Equal(["list", "watch from 10", "watch from 11"], asked.Take(3));
    }

    [Fact]
    public async Task A_bookmark_moves_the_position_and_is_no_change()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"40"}}}""" + "\n"));
        answers.Enqueue((200, Line("MODIFIED", "b", 41) + "\n"));

        Assert.Equal(["all: a", "b"], await FollowAsync(2));
        Assert.Equal("watch from 40", asked.ElementAt(2));
    }

    [Fact]
    public async Task Half_a_line_at_the_end_is_a_dropped_watch()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, Line("MODIFIED", "a", 11) + "\n" + Line("MODIFIED", "b", 12)[..30]));
        answers.Enqueue((200, Line("MODIFIED", "b", 12) + "\n"));

        Assert.Equal(["all: a", "a", "b"], await FollowAsync(3));
    }

    [Theory]
    [InlineData(410, """{"kind":"Status","reason":"Expired","message":"too old resource version"}""")]
    [InlineData(200, """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}""")]
    public async Task An_expired_position_is_listed_again(int status, string text)
    {
        answers.Enqueue((200, List));
        answers.Enqueue((status, text));
        answers.Enqueue((200, List));

        Assert.Equal(["all: a", "all: a"], await FollowAsync(2));
        Assert.Equal(["list", "watch from 10", "list"], asked.Take(3));
    }

    [Fact]
    public async Task A_quiet_watch_that_the_server_ends_goes_on_from_where_it_was_without_a_list()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, ""));
        answers.Enqueue((200, ""));
        answers.Enqueue((200, Line("MODIFIED", "a", 11) + "\n"));

        Assert.Equal(["all: a", "a"], await FollowAsync(2));
        Assert.Equal(["list", "watch from 10", "watch from 10", "watch from 10"], asked.Take(4));
    }

    [Fact]
    public async Task A_server_that_restarts_in_the_middle_is_waited_for_and_no_change_is_missed()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((503, "going down"));
        answers.Enqueue((503, "still down"));
        answers.Enqueue((200, Line("MODIFIED", "a", 11) + "\n"));

        Assert.Equal(["all: a", "a"], await FollowAsync(2));
        Assert.Equal(["list", "watch from 10", "watch from 10", "watch from 10"], asked.Take(4));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_first_list_that_is_refused_ends_it(int status)
    {
        answers.Enqueue((status, "no"));

        await Assert.ThrowsAsync<ClusterRequestException>(() => FollowAsync(1));
    }

    [Fact]
    public async Task A_right_that_is_missing_ends_it()
    {
        answers.Enqueue((200, List));
        answers.Enqueue((403, "no right to watch"));

        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => FollowAsync(2));
        Assert.Equal(ExitCode.Failed, error.ExitCode);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Who_was_let_in_before_is_a_stranger_to_a_server_that_has_just_started(int status)
    {
        answers.Enqueue((200, List));
        answers.Enqueue((200, Line("MODIFIED", "a", 11) + "\n"));
        answers.Enqueue((status, "who is it?"));
        answers.Enqueue((200, Line("MODIFIED", "b", 12) + "\n"));

        Assert.Equal(["all: a", "a", "b"], await FollowAsync(3));
        Assert.Equal(["list", "watch from 10", "watch from 11", "watch from 11"], asked.Take(4));
    }

    private static string Line(string type, string name, int version) =>
        $$$$"""{"type":"{{{{type}}}}","object":{"metadata":{"name":"{{{{name}}}}","resourceVersion":"{{{{version}}}}"}}}""";

    private async Task<List<string>> FollowAsync(int count)
    {
        var seen = new List<string>();
        await foreach (var change in new ClusterWatch(connection, TimeProvider.System).FollowAsync(Resource.Pods, "labelSelector=app%3Dapi", stop.Token))
        {
            var names = string.Join(' ', change.Objects.Select(o => o.Name()));
            seen.Add(change.IsWhole ? $"all: {names}" : change.IsDeletion ? $"gone: {names}" : names);
            if (seen.Count == count)
                break;
        }

        return seen;
    }
}
