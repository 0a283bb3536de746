using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class SecretHashTests
{
    [Fact]
    public void Another_value_or_another_key_is_another_hash_and_the_same_content_the_same()
    {
        Assert.Equal(Of("one", "a=1", "b=2"), Of("one", "b=2", "a=1"));
        Assert.NotEqual(Of("one", "a=1", "b=2"), Of("one", "a=2", "b=1"));
        Assert.NotEqual(Of("one", "a=1"), Of("one", "c=1"));
    }

    [Fact]
    public void A_short_value_cannot_be_guessed_without_the_secrets_own_uid()
    {
        var recorded = Of("5b0a1c1e-8d1c-4c8e-9c39-0f5f3a1f4d11", "pin=NDcxMQ==");

        foreach (var guess in Enumerable.Range(0, 10_000).Select(n => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{n:0000}"))))
        {
            Assert.NotEqual(recorded, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"pin\0{guess}"))));
            Assert.NotEqual(recorded, Of("5b0a1c1e-8d1c-4c8e-9c39-0f5f3a1f4d12", $"pin={guess}"));
        }
    }

    [Fact]
    public void Nothing_but_a_stored_secret_has_one()
    {
        Assert.Null(SecretHash.Of(new JsonObject { ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["uid"] = "1" } }));
        Assert.Null(SecretHash.Of(new JsonObject { ["kind"] = "Secret", ["metadata"] = new JsonObject() }));
    }

    private static string? Of(string uid, params string[] data) => SecretHash.Of(new JsonObject
    {
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["uid"] = uid },
        ["data"] = new JsonObject(data.Select(d => KeyValuePair.Create(d.Split('=', 2)[0], (JsonNode?)d.Split('=', 2)[1]))),
    });
}
