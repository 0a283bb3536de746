using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Output;
using Pipeline.Settings;

namespace Pipeline.Tests.Output;

public sealed class RedactorTests
{
    private readonly Redactor redactor = new();

    [Theory]
    [InlineData("the password is pa+ss/wörd!", "the password is ***")]
    [InlineData("twice pa+ss/wörd!pa+ss/wörd!", "twice ******")]
    [InlineData("https://host/?key=pa%2Bss%2Fw%C3%B6rd%21&x", "https://host/?key=***&x")]
    [InlineData("nothing here", "nothing here")]
    public void A_secret_is_masked_plainly_and_in_an_address(string text, string expected)
    {
        redactor.Hide(Secret.From("pa+ss/wörd!"));

        Assert.Equal(expected, redactor.Redact(text));
    }

    [Fact]
    public void A_secret_is_masked_as_JSON_and_as_a_Kubernetes_Secret_write_it()
    {
        redactor.Hide(Secret.From("pa+\"ss\" & wörd"));

        Assert.Equal("""{"password":"***"}""", redactor.Redact(new JsonObject { ["password"] = "pa+\"ss\" & wörd" }.ToJsonString()));
        Assert.Equal("data: ***", redactor.Redact("data: cGErInNzIiAmIHfDtnJk"));
    }

    [Fact]
    public void Of_secrets_that_contain_or_overlap_each_other_no_rest_is_left()
    {
        redactor.Hide(Secret.From("abcdef"));
        redactor.Hide(Secret.From("abcdefghij"));
        redactor.Hide(Secret.From("ghijklm"));

        Assert.Equal("1 *** 2", redactor.Redact("1 abcdefghijklm 2"));
        Assert.Equal("*** ***", redactor.Redact("abcdef ghijklm"));
    }

    [Theory]
    [InlineData("hunter22\n")]
    [InlineData("hunter22\r\n")]
    public void A_secret_that_ends_in_a_newline_is_masked_without_it_too(string value)
    {
        redactor.Hide(Secret.From(value));

        Assert.Equal("cannot log in with ***, data: ***", redactor.Redact($"cannot log in with hunter22, data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}"));
        Assert.Equal("***\nnext", redactor.Redact("hunter22\nnext"));
    }

    [Fact]
    public void Of_a_secret_with_several_lines_each_long_line_is_masked_alone()
    {
        const string key = "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0B+a\r\n  AQEFAASCBKcwggSjAgEAAoIB\nshort=\n--------------------\n-----END PRIVATE KEY-----\n";
        redactor.Hide(Secret.From(key));

        Assert.Equal("key: ***", redactor.Redact("key: MIIEvQIBADANBgkqhkiG9w0B+a"));
        Assert.Equal("""{"line":"***"}""", redactor.Redact(new JsonObject { ["line"] = "MIIEvQIBADANBgkqhkiG9w0B+a" }.ToJsonString()));
        Assert.Equal("  *** ends", redactor.Redact("  AQEFAASCBKcwggSjAgEAAoIB ends"));
        Assert.Equal("short= -----END PRIVATE KEY----- |--------------------|", redactor.Redact("short= -----END PRIVATE KEY----- |--------------------|"));
        Assert.Equal("***\n", redactor.Redact(key));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("abc\n")]
    [InlineData("abc")]
    public void What_is_too_short_to_be_a_secret_masks_nothing(string? value)
    {
        redactor.Hide(Secret.From(value));

        Assert.Equal("abc of abcdef", redactor.Redact("abc of abcdef"));
    }

    [Theory]
    [InlineData("postgresql://dataset:hunter2@db:5432/dataset", "postgresql://dataset:***@db:5432/dataset")]
    [InlineData("redis://:hunter2@cache", "redis://:***@cache")]
    [InlineData("postgresql://dataset:hun@ter2@db/dataset", "postgresql://dataset:***@db/dataset")]
    [InlineData("https://api.example.com:8443/health and ann@example.com", "https://api.example.com:8443/health and ann@example.com")]
    [InlineData("https://user@host/path", "https://user@host/path")]
    public void A_password_in_an_address_is_masked_although_nobody_named_it(string text, string expected) =>
        Assert.Equal(expected, redactor.Redact(text));
}
