using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Runs one <c>alembic</c> command in the cluster, with the release's own image, as a Job.</summary>
internal sealed class MigrationJob(ClusterConnection cluster, StepContext context, MigrationOptions options)
{
    /// <summary>The label of the Jobs that migrate.</summary>
    public const string JobLabel = "pipeline/migration";

    /// <summary>The image that has the revisions.</summary>
    /// <value>The release's own.</value>
    public string? Image { get; init; }

    /// <summary>How long to wait, and the option that says so.</summary>
    public (TimeSpan Time, string Option) Patience { get; init; } = (options.Timeout, nameof(options.MigrationTimeout));

    /// <summary>Settings of the database's session, as <c>PGOPTIONS</c> has them.</summary>
    /// <value>None.</value>
    public string? ServerOptions { get; init; }

    private string Reference => Image ?? context.Ledger.Current.Image!.Reference;

    /// <summary>Runs a command and hands on what it prints. A Job of the same name that still runs is joined, never run twice.</summary>
    /// <param name="purpose">Part of the Job's name, as in <c>upgrade</c>.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="changesSchema">False for a command that only reads: whatever becomes of it, nothing was changed.</param>
    /// <param name="line">Takes each line as it is printed.</param>
    /// <param name="cancellation">Ends the waiting; the Job itself goes on.</param>
    /// <returns>Why it did not end well; null when it did.</returns>
    /// <exception cref="FailureException">It never started, or did not end in time.</exception>
    public async Task<JobFailure?> RunAsync(string purpose, string[] command, bool changesSchema, Action<string> line, CancellationToken cancellation)
    {
        var manifest = Manifest(context.Ledger.Current, purpose, command);
        var end = await FinishAsync(manifest, changesSchema, line, cancellation);
        return end.Outcome switch
        {
            JobOutcome.Complete => null,
            JobOutcome.Failed => await JobFailure.ReadAsync(cluster, context.Time, end, cancellation),
            JobOutcome.CannotStart => await RemoveAsync(end, cancellation),
            _ => throw new FailureException($"Job/{manifest.Name()} did not end within {DurationText.Of(Patience.Time)} ({Flag.Of(Patience.Option)}) and still runs. Watch it with 'kubectl -n {cluster.Namespace} logs -f job/{manifest.Name()}', then run the same command again: it joins the Job.", changesSchema ? ExitCode.NotPutBack : ExitCode.Failed),
        };
    }

    /// <summary>True while the Job of this release for a purpose is there and has not ended.</summary>
    public async Task<bool> IsAtWorkAsync(string purpose, CancellationToken cancellation) =>
        await cluster.FindAsync(Resource.Jobs, NameOf(ManifestFiles.ReadMigrationJob(options.Manifests), purpose), cancellation) is { } job && MigrationsAtWork.IsAtWork(job);

    /// <summary>Forgets the Jobs of earlier releases; their logs were shown when they ran. One that waits for the end of its pod is not hurried.</summary>
    public async Task DeleteOldAsync(CancellationToken cancellation)
    {
        foreach (var job in await cluster.ListAsync(Resource.Jobs, $"{JobLabel},{JobLabel}!={context.Ledger.Current.Number}", cancellation))
            if (job.Number("status", "active") == 0 && job.Text("metadata", "deletionTimestamp") is null)
                await cluster.DeleteAsync(Resource.Jobs, job.Name(), cancellation);
    }

    private async Task<JobEnd> FinishAsync(JsonObject manifest, bool changesSchema, Action<string> line, CancellationToken cancellation)
    {
        try
        {
            var job = await CreateAsync(manifest, cancellation);
            return await new JobWatch(cluster, context.Log, context.Time).FinishAsync(job, ContainerOf(manifest).Text("name")!, Patience.Time, line, cancellation);
        }
        catch (OperationCanceledException) when (changesSchema)
        {
            context.Summary.Changed($"the schema, perhaps: Job/{manifest.Name()} may be at work, and goes on to its end whatever becomes of this run; watch it with 'kubectl -n {cluster.Namespace} logs -f job/{manifest.Name()}'");
            throw;
        }
    }

    private string NameOf(JsonObject template, string purpose) => $"{template.Name()}-{context.Ledger.Current.Number}-{purpose}";

    // A Job cannot be changed; what an earlier attempt left makes room for this one.
    private async Task<JsonObject> CreateAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var selector = $"fieldSelector={Uri.EscapeDataString($"metadata.name={manifest.Name()}")}";
        await foreach (var seen in new ClusterWatch(cluster, context.Time).FollowAsync(Resource.Jobs, selector, cancellation))
        {
            if (seen.IsDeletion || seen.Objects.Count == 0)
                break;
            var existing = seen.Objects[^1];
            if (existing.Text("metadata", "deletionTimestamp") is not null)
                continue;
            if (MigrationsAtWork.IsAtWork(existing))
            {
                context.Log.Information("Job/{Name} of an earlier run still runs; joining it", manifest.Name());
                return existing;
            }

            await cluster.DeleteAsync(Resource.Jobs, manifest.Name(), cancellation);
        }

        return await cluster.CreateAsync(Resource.Jobs, manifest, cancellation);
    }

    // Left there, it would migrate on some later day, when what it waits for arrives and nobody watches.
    private async Task<JobFailure> RemoveAsync(JobEnd end, CancellationToken cancellation)
    {
        var job = end.View.Job.Name();
        var failure = await JobFailure.ReadAsync(cluster, context.Time, end, cancellation);
        await cluster.DeleteAsync(Resource.Jobs, job, cancellation);
        if (end.View.HasBegun)
            return failure with { Sentence = $"Job/{job} cannot go on after an attempt that failed: {failure.Sentence}. It was removed" };
        throw new FailureException(string.Join(Environment.NewLine, [$"Job/{job} cannot start: {failure.Sentence}. It was removed; nothing was migrated.", .. failure.Evidence]));
    }

    private JsonObject Manifest(Release release, string purpose, string[] command)
    {
        var job = ManifestFiles.ReadMigrationJob(options.Manifests);
        if (ManifestSet.SetImage(job, options.Manifests.ImageRepository, Reference) == 0)
            throw new UsageException($"No container in '{ManifestFiles.MigrationJob}' has the image '{options.Manifests.ImageRepository}'. Check --image-repository.");
        var metadata = job.At("metadata")!;
        metadata["name"] = NameOf(job, purpose);
        if (metadata["labels"] is not JsonObject)
            metadata["labels"] = new JsonObject();
        metadata["labels"]![JobLabel] = $"{release.Number}";
        var container = ContainerOf(job);
        container["command"] = new JsonArray([.. command.Select(c => JsonValue.Create(c))]);
        container.Remove("args");
        if (ServerOptions is not null)
            AddServerOptions(container);
        return job;
    }

    // What the template itself asks of the server stays.
    private void AddServerOptions(JsonObject container)
    {
        const string name = "PGOPTIONS";
        if (container["env"] is not JsonArray)
            container["env"] = new JsonArray();
        var found = container.Items("env").FirstOrDefault(e => e.Text("name") == name);
        if (found is null)
            ((JsonArray)container["env"]!).Add(new JsonObject { ["name"] = name, ["value"] = ServerOptions });
        else if (found.Text("value") is { } value)
            found["value"] = $"{value} {ServerOptions}";
    }

    // Beside it may stand a proxy to the database.
    private JsonObject ContainerOf(JsonObject job) =>
        PodTemplate.Containers(job).First(c => c.Text("image") == Reference);
}
