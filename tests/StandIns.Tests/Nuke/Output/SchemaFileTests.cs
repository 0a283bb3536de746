using Nuke.Common.Output;
using Nuke.Common.Parameters;
using StandIns.Tests.Nuke.Parameters;

namespace StandIns.Tests.Nuke.Output;

public sealed class SchemaFileTests : IDisposable
{
    private static readonly IReadOnlyList<Parameter> Parameters = ParameterMember.AllOf(typeof(SettingsBuild));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_describes_every_parameter_that_may_stand_in_a_file_and_allows_no_other_key()
    {
        folder.Write(".nuke/parameters.json", "{}");

        SchemaFile.Write(folder.Path, Parameters);

        Assert.Equal(
            """
            {
              "$schema": "http://json-schema.org/draft-07/schema#",
              "type": "object",
              "properties": {
                "$schema": {
                  "type": "string"
                },
                "RegistryUrl": {
                  "description": "The registry: host, port and path.",
                  "type": "string"
                },
                "ReleaseDirty": {
                  "description": "Lets uncommitted changes be released.",
                  "type": "boolean"
                },
                "ReleaseLabels": {
                  "description": "What it is marked with.",
                  "items": {
                    "type": "string"
                  },
                  "type": "array"
                },
                "ReleaseNotes": {
                  "description": "Where its notes are.",
                  "type": "string"
                },
                "ReleaseTag": {
                  "description": "What people call it. Default: git describe.",
                  "type": "string"
                }
              },
              "additionalProperties": false
            }

            """,
            File.ReadAllText(Schema));
    }

    [Fact]
    public void It_is_written_only_when_it_changed()
    {
        folder.Write(".nuke/parameters.json", "{}");
        SchemaFile.Write(folder.Path, Parameters);
        var text = File.ReadAllText(Schema);
        var written = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Schema, written);

        SchemaFile.Write(folder.Path, Parameters);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Schema));

        File.WriteAllText(Schema, text[..^2]);
        SchemaFile.Write(folder.Path, Parameters);
        Assert.Equal(text, File.ReadAllText(Schema));
    }

    [Fact]
    public void Where_it_cannot_be_written_the_run_goes_on()
    {
        Directory.CreateDirectory(Schema);

        SchemaFile.Write(folder.Path, Parameters);

        Assert.True(Directory.Exists(Schema));
    }

    private string Schema => Path.Combine(folder.Path, ".nuke", "build.schema.json");
}
