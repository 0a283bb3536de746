using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Bed;

/// <summary>The product as people run it who have no pipeline: what <c>kubectl apply</c> and a store's client brought there.</summary>
internal static class ByHand
{
    private static readonly string[] Kept = ["apiVersion", "kind", "data", "spec"];
    private static readonly string[] OfTheServer = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

    /// <summary>Takes a released product, and leaves it as if it had been made by hand: no record, other settings, a page that no release has.</summary>
    public static async Task MakeAsync(Product product)
    {
        var kubectl = product.Kubectl;
        var items = JsonNode.Parse(await kubectl.RunAsync("get", "deployments,services,configmaps", "--selector", "pipeline/applied", "--output", "json"))!["items"]!.AsArray();
        var manifests = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. items.Select(i => Manifest(i!.AsObject()))]) };
        var file = Path.Combine(product.Checkout.Folder, ".nuke", "temp", "by-hand.json");
        await File.WriteAllTextAsync(file, manifests.ToJsonString());
        await kubectl.RunAsync("delete", "deployments,services,configmaps", "--selector", "pipeline/applied");
        await kubectl.RunAsync("delete", "configmaps", "--selector", "pipeline/record");
        await kubectl.RunAsync("delete", "leases", "--all");
        await kubectl.RunAsync("apply", "--validate=false", "--filename", file);
        product.ForgetService();
        await kubectl.RunAsync("rollout", "status", "deployment", "--timeout", "180s");
        await product.PutPageAsync("index.html", "<html>by hand</html>");
        await product.PutPageAsync("ours.html", "<html>nobody releases this</html>");
    }

    /// <summary>What people wish of every object, without what the server and its controllers write.</summary>
    public static async Task<string> WishesAsync(Product product)
    {
        var items = JsonNode.Parse(await product.Kubectl.RunAsync("get", "deployments,services,configmaps", "--selector", "!pipeline/record", "--output", "json"))!["items"]!.AsArray();
        return string.Join('\n', items.Select(i => Wish(i!.AsObject())).Where(w => !w.Contains("kube-root-ca.crt", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static JsonObject Manifest(JsonObject stored)
    {
        var manifest = new JsonObject(Kept.Where(stored.ContainsKey).Select(k => KeyValuePair.Create(k, stored[k]?.DeepClone())))
        {
            ["metadata"] = new JsonObject { ["name"] = (string)stored["metadata"]!["name"]!, ["labels"] = new JsonObject { ["made"] = "by-hand" } },
        };
        foreach (var field in (string[])["clusterIP", "clusterIPs"])
            (manifest["spec"] as JsonObject)?.Remove(field);
        if (manifest["spec"]?["template"]?["spec"]?["containers"]?[0]?["env"] is JsonArray variables)
            variables.Add(new JsonObject { ["name"] = "BY_HAND", ["value"] = "1" });
        return manifest;
    }

    private static string Wish(JsonObject stored)
    {
        var wish = (JsonObject)stored.DeepClone();
        wish.Remove("status");
        foreach (var field in OfTheServer)
            (wish["metadata"] as JsonObject)!.Remove(field);
        (wish["metadata"]!["annotations"] as JsonObject)?.Remove("deployment.kubernetes.io/revision");
        return wish.ToJsonString();
    }
}
