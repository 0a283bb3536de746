using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>The rules of what makes pods from a template.</summary>
internal static class WorkloadRules
{
    public static void Check(ResourceKind kind, JsonObject content, JsonObject? before, FieldErrors errors)
    {
        var spec = content.At("spec");
        if (spec.Number("replicas") < 0)
            errors.Invalid("spec.replicas", spec!["replicas"]?.DeepClone(), "must be greater than or equal to 0");
        if (spec.At("selector") is not { } selector)
            errors.Required("spec.selector");
        else if (selector.At("matchLabels") is not { Count: > 0 } && !selector.Items("matchExpressions").Any())
            errors.Invalid("spec.selector", selector.DeepClone(), "empty selector is invalid for deployment");
        else if (!MatchesTemplate(selector, spec.At("template", "metadata", "labels")))
            errors.Invalid("spec.template.metadata.labels", spec.At("template", "metadata", "labels")?.DeepClone(), "`selector` does not match template `labels`");
        if (before is not null && !JsonNode.DeepEquals(before.At("spec", "selector"), spec.At("selector")))
            errors.Invalid("spec.selector", spec.At("selector")?.DeepClone(), "field is immutable");
        if (kind == ResourceKind.Deployments)
            Strategy(spec, errors);
        NameRules.Labels(spec.At("template", "metadata", "labels"), "spec.template.labels", errors);
        PodRules.Check(spec.At("template", "spec"), "spec.template.spec", errors);
        if (spec.Text("template", "spec", "restartPolicy") is { } policy and not "Always")
            errors.Unsupported("spec.template.spec.restartPolicy", policy, "Always");
    }

    public static void CheckJob(JsonObject job, JsonObject? before, FieldErrors errors)
    {
        var spec = job.At("spec");
        foreach (var field in (string[])["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"])
            if (spec.Number(field) < 0)
                errors.Invalid($"spec.{field}", spec![field]?.DeepClone(), "must be greater than or equal to 0");
        foreach (var field in (string[])["completions", "selector", "template"])
            if (before is not null && !JsonNode.DeepEquals(before.At("spec")?[field], spec?[field]))
                errors.Invalid($"spec.{field}", spec?[field]?.DeepClone(), "field is immutable");
        PodRules.Check(spec.At("template", "spec"), "spec.template.spec", errors);
        if (spec.Text("template", "spec", "restartPolicy") is "Always")
            errors.Unsupported("spec.template.spec.restartPolicy", "Always", "OnFailure", "Never");
    }

    private static void Strategy(JsonObject? spec, FieldErrors errors)
    {
        if (spec.Text("strategy", "type") is { } type and not ("RollingUpdate" or "Recreate"))
            errors.Unsupported("spec.strategy.type", type, "Recreate", "RollingUpdate");
        if (spec.Text("strategy", "type") == "Recreate" && spec.At("strategy", "rollingUpdate") is not null)
            errors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        if (IsZero(spec.Text("strategy", "rollingUpdate", "maxSurge")) && IsZero(spec.Text("strategy", "rollingUpdate", "maxUnavailable")))
            errors.Invalid("spec.strategy.rollingUpdate.maxUnavailable", 0, "may not be 0 when `maxSurge` is 0");
    }

    private static bool IsZero(string? amount) => amount is "0" or "0%";

    private static bool MatchesTemplate(JsonObject selector, JsonObject? labels) =>
        (selector.At("matchLabels") ?? []).All(l => labels.Text(l.Key) == l.Value?.ToString());
}
