using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>What a sandbox was asked.</summary>
/// <param name="Struck">True once it ended the process that it was to end.</param>
/// <param name="Entries">The requests in order.</param>
internal sealed record Noted(bool Struck, IReadOnlyList<JournalEntry> Entries);

/// <summary>The journal of a running sandbox.</summary>
internal sealed class SandboxJournal(string control) : IDisposable
{
    private readonly HttpClient client = new();

    /// <summary>Begins it anew.</summary>
    public async Task BeginAsync(KillOrder? kill)
    {
        using var answer = await client.PutAsJsonAsync($"{control}/journal", kill);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<Noted> ReadAsync()
    {
        var read = (await client.GetFromJsonAsync<JsonObject>($"{control}/journal"))!;
        return new Noted((bool)read["struck"]!, read["entries"].Deserialize<JournalEntry[]>(JsonSerializerOptions.Web)!);
    }

    public void Dispose() => client.Dispose();
}
