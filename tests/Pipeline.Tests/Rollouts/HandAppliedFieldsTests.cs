using System.Text.Json.Nodes;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class HandAppliedFieldsTests
{
    private const string Ours = """{"manager":"pipeline","operation":"Apply","fieldsV1":{"f:data":{"f:a":{}}}}""";
    private const string Theirs = """{"manager":"kubectl-client-side-apply","operation":"Update","fieldsV1":{"f:data":{"f:b":{}},"f:metadata":{"f:annotations":{".":{}}}}}""";
    private const string Controller = """{"manager":"kube-controller-manager","operation":"Update","fieldsV1":{"f:status":{}}}""";

    [Fact]
    public void What_was_applied_by_hand_becomes_what_we_applied_beside_our_own_and_other_managers_stay() => Assert.Equal(
        """[{"manager":"pipeline","operation":"Apply","fieldsV1":{"f:data":{"f:a":{},"f:b":{}},"f:metadata":{"f:annotations":{".":{}}}}},""" + $"{Controller}]",
        Taken(Ours, Theirs, Controller));

    [Fact]
    public void Without_fields_of_our_own_theirs_are_renamed() => Assert.Equal(
        """[{"manager":"pipeline","operation":"Apply","fieldsV1":{"f:data":{"f:b":{}},"f:metadata":{"f:annotations":{".":{}}}}}]""",
        Taken(Theirs));

    [Theory]
    [InlineData(Ours, Controller)]
    [InlineData(Ours, """{"manager":"kubectl","operation":"Update","fieldsV1":{"f:data":{"f:b":{}}}}""")]
    [InlineData(Ours, """{"manager":"kubectl-edit","operation":"Update","fieldsV1":{"f:data":{"f:b":{}}}}""")]
    public void Edits_and_controllers_are_left_alone(params string[] entries) => Assert.Null(Taken(entries));

    [Fact]
    public void What_kubectl_applied_on_the_server_is_taken_too() =>
        Assert.Contains("\"f:b\"", Taken("""{"manager":"kubectl","operation":"Apply","fieldsV1":{"f:data":{"f:b":{}}}}"""), StringComparison.Ordinal);

    private static string? Taken(params string[] entries) => HandAppliedFields.Taken(new JsonObject
    {
        ["metadata"] = new JsonObject { ["managedFields"] = new JsonArray([.. entries.Select(e => JsonNode.Parse(e))]) },
    })?.ToJsonString();
}
