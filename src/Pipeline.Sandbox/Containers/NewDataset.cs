using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Containers;

/// <summary>What a person gives to make a dataset, checked as the reference application's framework checks it.</summary>
internal sealed record NewDataset(string Name, string? Description)
{
    private const int LongestName = 200;
    private const int LongestDescription = 2000;

    /// <summary>Reads a request's body.</summary>
    /// <returns>The dataset, or what is wrong: entries of <c>detail</c>.</returns>
    public static (NewDataset? New, JsonArray Faults) Read(ReadOnlySpan<byte> body)
    {
        var faults = new JsonArray();
        var fields = Parse(body, faults);
        if (fields is null)
            return (null, faults);
        var name = Text(fields, "name", LongestName, faults);
        if (!fields.ContainsKey("name"))
            faults.Add(Fault("name", "field required", "value_error.missing"));
        else if (name is { Length: 0 })
            faults.Add(Fault("name", "ensure this value has at least 1 characters", "value_error.any_str.min_length"));
        else if (name is not null && string.IsNullOrWhiteSpace(name[..1]))
            faults.Add(Fault("name", "string does not match regex \"\\S\"", "value_error.str.regex"));
        else if (fields["name"] is null)
            faults.Add(Fault("name", "none is not an allowed value", "type_error.none.not_allowed"));
        var description = Text(fields, "description", LongestDescription, faults);
        return faults.Count > 0 ? (null, faults) : (new NewDataset(name!, description), faults);
    }

    private static JsonObject? Parse(ReadOnlySpan<byte> body, JsonArray faults)
    {
        try
        {
            if (JsonNode.Parse(body) is JsonObject fields)
                return fields;
            faults.Add(Fault(null, "value is not a valid dict", "type_error.dict"));
        }
        catch (JsonException e)
        {
            faults.Add(Fault(null, $"Expecting value: {e.Message}", "value_error.jsondecode"));
        }

        return null;
    }

    private static string? Text(JsonObject fields, string field, int longest, JsonArray faults)
    {
        if (fields[field] is not { } node)
            return null;
        if (node is not JsonValue)
        {
            faults.Add(Fault(field, "str type expected", "type_error.str"));
            return null;
        }

        var text = node.ToString();
        if (text.Length > longest)
            faults.Add(Fault(field, $"ensure this value has at most {longest} characters", "value_error.any_str.max_length"));
        return text;
    }

    private static JsonObject Fault(string? field, string message, string type) => new()
    {
        ["loc"] = field is null ? new JsonArray("body") : new JsonArray("body", field),
        ["msg"] = message,
        ["type"] = type,
    };
}
