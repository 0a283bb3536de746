using System.Text.Json.Nodes;
using Pipeline.Incidents;

namespace Pipeline.Tests.Incidents;

public sealed class EvidenceMaskTests
{
    [Theory]
    [InlineData("redis password=s3cr3t refused", "redis password=*** refused")]
    [InlineData("""{"db_password":"hunter2hunter2","port":5432}""", """{"db_password":"***","port":5432}""")]
    [InlineData("""{"db_password": "two words, one secret"}""", """{"db_password": "***"}""")]
    [InlineData("DB_PASS=one SMTP_PWD: two", "DB_PASS=*** SMTP_PWD: ***")]
    [InlineData("Uid=app;Pwd=one;", "Uid=app;Pwd=***;")]
    [InlineData("smtpPass=one sessionJwt=two SENTRY_DSN=https://key@host/1", "smtpPass=*** sessionJwt=*** SENTRY_DSN=***")]
    [InlineData("""argv ["--db-password","x y","--port","1"]""", """argv ["--db-password","***","--port","1"]""")]
    [InlineData("argv ['--api-key', 'x']", "argv ['--api-key', '***']")]
    public void What_a_text_gives_to_a_secrets_name_is_masked(string text, string expected) => Assert.Equal(expected, EvidenceMask.Without(text));

    [Theory]
    [InlineData("author: ann, authenticated: yes, passed: 3, compass: north, bypass: on")]
    [InlineData("""secret "db-credentials" not found""")]
    [InlineData("tokens: none; password: null")]
    public void Ordinary_words_stay(string text) => Assert.Equal(text, EvidenceMask.Without(text));

    [Theory]
    [InlineData("DB_PASS", true)]
    [InlineData("MYSQL_PWD", true)]
    [InlineData("dbPass", true)]
    [InlineData("SENTRY_DSN", true)]
    [InlineData("jwt", true)]
    [InlineData("REDIS_AUTH", true)]
    [InlineData("api-key", true)]
    [InlineData("AUTHOR", false)]
    [InlineData("authenticated", false)]
    [InlineData("TESTS_PASSED", false)]
    [InlineData("compass", false)]
    [InlineData("passive", false)]
    public void A_short_word_names_a_secret_only_as_a_whole_part_of_the_name(string name, bool isSecret) => Assert.Equal(isSecret, EvidenceMask.IsSecretName(name));

    [Fact]
    public void A_private_key_is_masked_over_all_of_its_lines() =>
        Assert.Equal(["before", "***", "after"], EvidenceMask.WithoutIn(["before", "-----BEGIN PRIVATE KEY-----", "MIIE", "-----END PRIVATE KEY-----", "after"]));

    [Fact]
    public void Flags_are_masked_whatever_their_values_hold()
    {
        var found = JsonNode.Parse("""{"args":["--db-password=a&b,c","--token","x+y","--verbose","--secret","--port","1"]}""")!;

        Assert.Equal("""["--db-password=***","--token","***","--verbose","--secret","--port","1"]""", EvidenceMask.WithoutValues(found)["args"]!.ToJsonString());
    }
}
