using Pipeline.Sandbox.Database;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Hosting;

/// <summary><c>database-down:SECONDS</c> stops the database, until the time is over or the fault is switched off.</summary>
internal sealed class DatabaseFault : IAsyncDisposable
{
    private const string Name = "database-down";
    private readonly PostgresServer database;
    private readonly FaultSwitch faults;
    private readonly TimeProvider time;
    private readonly SandboxLog log;
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;
    private CancellationTokenSource? lasting;

    public DatabaseFault(PostgresServer database, FaultSwitch faults, TimeProvider time, SandboxLog log)
    {
        (this.database, this.faults, this.time, this.log) = (database, faults, time, log);
        faults.Changed += Follow;
    }

    public async ValueTask DisposeAsync()
    {
        faults.Changed -= Follow;
        if (lasting is not null)
            await lasting.CancelAsync();
        await last;
        lasting?.Dispose();
    }

    private void Follow()
    {
        lock (gate)
        {
            var isOn = faults.Find(Name) is not null;
            if (isOn == lasting is not null)
                return;
            if (!isOn)
            {
                lasting!.Cancel();
                lasting = null;
                return;
            }

            lasting = new CancellationTokenSource();
            last = StopForAWhileAsync(last, faults.Find(Name)!, lasting.Token);
        }
    }

    private async Task StopForAWhileAsync(Task before, Fault fault, CancellationToken over)
    {
        await before;
        try
        {
            await database.StopAsync(CancellationToken.None);
            await Task.Delay(fault.Argument is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(fault.Number(0)), time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await database.StartAsync(CancellationToken.None);
        }
        catch (Errors.FailureException e)
        {
            log.Write(Name, e);
        }
    }
}
