using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Journal;

namespace Pipeline.Sandbox.Hosting;

/// <summary>Answers for the sandbox itself: whether it is well, which faults are on, what its servers were asked, when it should end.</summary>
/// <param name="faults">The faults.</param>
/// <param name="journal">What the servers are asked.</param>
/// <param name="life">When it ends.</param>
internal sealed class ControlServer(FaultSwitch faults, RequestJournal journal, SandboxLife life)
{
    public Task<LoopbackServer> StartAsync(Door door, CancellationToken cancellation) => LoopbackServer.StartAsync(door, AnswerAsync, cancellation);

    private async Task AnswerAsync(HttpContext http)
    {
        switch (http.Request.Method, http.Request.Path.Value)
        {
            case ("GET", "/health"):
                await http.Response.WriteAsJsonAsync(new { version = SandboxEndpoint.OwnVersion }, http.RequestAborted);
                break;
            case ("PUT", "/faults"):
                await SwitchAsync(http);
                break;
            // null, or {"process":4711,"after":true,"door":"cluster","method":"POST","shape":"/apis/batch/v1/namespaces/…/jobs","nth":1}
            case ("PUT", "/journal"):
                journal.Begin(await http.Request.ReadFromJsonAsync<KillOrder?>(http.RequestAborted));
                break;
            case ("GET", "/journal"):
                await http.Response.WriteAsJsonAsync(new { journal.Struck, journal.Entries }, http.RequestAborted);
                break;
            case ("PUT", "/keep"):
                life.Keep();
                break;
            case ("POST", "/stop"):
                http.Response.OnCompleted(() =>
                {
                    life.End();
                    return Task.CompletedTask;
                });
                http.Response.StatusCode = (int)HttpStatusCode.Accepted;
                break;
            default:
                http.Response.StatusCode = (int)HttpStatusCode.NotFound;
                break;
        }
    }

    // ["crash-at-start:3","api-slow"]; an empty list switches all off.
    private async Task SwitchAsync(HttpContext http)
    {
        var wanted = await JsonSerializer.DeserializeAsync<string[]>(http.Request.Body, cancellationToken: http.RequestAborted) ?? [];
        faults.Clear();
        foreach (var text in wanted)
            faults.On(Fault.Parse(text));
    }
}
