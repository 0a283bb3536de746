using System.Security.Cryptography;
using System.Text;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Output;
using Pipeline.Releases;
using Serilog;

namespace Pipeline.Runs;

/// <summary>What a step may use while it runs.</summary>
public sealed class StepContext
{
    private readonly PipelineSession session;
    private readonly string step;

    internal StepContext(PipelineSession session, RunOptions options, ILogger log, string step = "")
    {
        this.session = session;
        this.step = step;
        Options = options;
        Log = log;
    }

    /// <summary>Environment, cluster and release settings of this run.</summary>
    public RunOptions Options { get; }

    /// <summary>The log; secrets are masked on the way.</summary>
    public ILogger Log { get; }

    /// <summary>The clock of the run.</summary>
    public TimeProvider Time => session.Time;

    /// <summary>What each of the run's requests passes first; those to the cluster do so by themselves.</summary>
    public RequestGate Gate => session.Gate;

    /// <summary>What the run knows and has recorded of its release.</summary>
    public ReleaseLedger Ledger => session.Ledger;

    /// <summary>The undo or rollback of this run, once it has begun; what every probe is told to.</summary>
    internal Incidents.Incident Incident => session.Incident;

    /// <summary>The sentences printed after <c>Result:</c>.</summary>
    public Summary Summary => session.Summary;

    /// <summary>The hash of what the step's result follows from; null until the step has said it.</summary>
    internal string? Inputs { get; private set; }

    /// <summary>
    /// Says what the step's result follows from; the record keeps its hash. The first that is said counts: a step may run another one
    /// within itself.
    /// </summary>
    public void FollowsFrom(params IEnumerable<string?> inputs) =>
        Inputs ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', inputs))));

    /// <summary>Masks a value on every sink from now on.</summary>
    public void Hide(Settings.Secret? secret) => session.Redactor.Hide(secret);

    /// <summary>A text without the secrets that are known, for what is written elsewhere than to the log.</summary>
    public string Redact(string text) => session.Redactor.Redact(text);

    /// <summary>Version and commit; asked of git once a run.</summary>
    public Task<Source> SourceAsync(CancellationToken cancellation) => session.SourceAsync(Options.Release, cancellation);

    /// <summary>The release as this run would begin it; nothing is written.</summary>
    /// <exception cref="UsageException">The working tree is dirty.</exception>
    public Task<Release> DraftAsync(CancellationToken cancellation) => session.DraftAsync(Options.Release, cancellation);

    /// <summary>Lets a run that goes well end with another code than 0.</summary>
    public void EndWith(int exitCode) => session.EndWith(exitCode);

    /// <summary>The cluster of this environment, proven to be the one the profile pins.</summary>
    /// <exception cref="FailureException">It is another cluster, or cannot be reached.</exception>
    public Task<Cluster.ClusterConnection> ClusterAsync(CancellationToken cancellation) => session.ClusterAsync(Options, cancellation);

    /// <summary>The kept releases. Records that cannot be read are left out, and named once a run.</summary>
    /// <exception cref="FailureException">Without one of them nobody knows what serves.</exception>
    internal async Task<ReleaseHistory> HistoryAsync(CancellationToken cancellation) =>
        session.TellUnreadable(await new RecordStore(await ClusterAsync(cancellation)).ReadAsync(cancellation));

    /// <summary>
    /// Opens the release, or joins the open one with the same key: takes the deploy lock, proves the environment, reads the record.
    /// A changing step calls it before its first change; calling it again costs nothing.
    /// </summary>
    /// <exception cref="FailureException">The lock is held, or another release is unfinished.</exception>
    public Task<Release> OpenReleaseAsync(CancellationToken cancellation) => session.OpenReleaseAsync(this, null, cancellation);

    /// <summary>Takes the deploy lock before the release is opened, for a step that must look at the record under it.</summary>
    /// <returns>Whose lock it was; null when it was free.</returns>
    internal Task<string?> TakeLockAsync(LeaseWish wish, CancellationToken cancellation) => session.TakeLockAsync(Options, wish, cancellation);

    /// <summary>Opens a rollback as a release of its own, under the same lock and numbering.</summary>
    public Task<Release> OpenRollbackAsync(Release rollback, CancellationToken cancellation) => session.OpenReleaseAsync(this, rollback, cancellation);

    /// <summary>Says how to take back the change that is about to be made. Undone in reverse order when a later step of this run fails.</summary>
    /// <param name="what">What is put back, as in "the pods of release 6".</param>
    /// <param name="undo">Puts it back, or throws.</param>
    public void OnFailure(string what, Func<CancellationToken, Task> undo) => session.Undo.Push(what, undo, step);
}
