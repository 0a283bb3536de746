using Nuke.Common;
using Nuke.Common.Parameters;

namespace StandIns.Tests.Nuke.Parameters;

public sealed class CommandLineTests
{
    private static readonly IReadOnlyList<Parameter> Parameters = ParameterMember.AllOf(typeof(SettingsBuild));

    [Theory]
    [InlineData("Deploy Verify", "Deploy,Verify")]
    [InlineData("--target Deploy Verify", "Deploy,Verify")]
    [InlineData("Deploy --release-tag 1 Verify", "Deploy,Verify")]
    [InlineData("", "")]
    public void Targets_are_named_with_or_without_the_word(string arguments, string targets) =>
        Assert.Equal(targets, string.Join(",", Parsed(arguments).Targets));

    [Theory]
    [InlineData("Deploy", null)]
    [InlineData("Deploy --skip", "")]
    [InlineData("Deploy --skip --release-tag 1", "")]
    [InlineData("Deploy --skip Backup Verify", "Backup,Verify")]
    [InlineData("Deploy --skip Backup --skip Verify", "Backup,Verify")]
    public void Skipping_nothing_skipping_everything_and_skipping_by_name_are_three_things(string arguments, string? skipped) =>
        Assert.Equal(skipped, Parsed(arguments).Skip is { } skip ? string.Join(",", skip) : null);

    [Theory]
    [InlineData("Deploy --registry-ulr r", "There is no flag '--registry-ulr'. Did you mean '--registry-url'? ./build.sh --help lists all.")]
    [InlineData("Deploy --registry-ulr=r", "There is no flag '--registry-ulr'. Did you mean '--registry-url'? ./build.sh --help lists all.")]
    [InlineData("Deploy --registry-url --relaese-tag", "There is no flag '--relaese-tag'. Did you mean '--release-tag'? ./build.sh --help lists all.")]
    [InlineData("Deploy --release-labels a --relaese-tag 1", "There is no flag '--relaese-tag'. Did you mean '--release-tag'? ./build.sh --help lists all.")]
    [InlineData("Deploy --skip --paln", "There is no flag '--paln'. Did you mean '--plan'? ./build.sh --help lists all.")]
    [InlineData("Deploy --frobnicate", "There is no flag '--frobnicate'. ./build.sh --help lists all.")]
    [InlineData("Deploy --Profile x", "There is no flag '--Profile'. Did you mean '--profile'? ./build.sh --help lists all.")]
    [InlineData("Deploy -h", "There is no flag '-h'. ./build.sh --help lists all.")]
    public void An_unknown_flag_is_refused_with_a_guess(string arguments, string sentence) =>
        Assert.Equal([sentence], Refused(arguments));

    [Theory]
    [InlineData("Deploy --registry-url", "Required argument missing for option: '--registry-url'.")]
    [InlineData("Deploy --registry-url --release-tag 1", "--registry-url has no value: '--release-tag' after it is a flag.")]
    [InlineData("Deploy --target --plan", "--target has no value: '--plan' after it is a flag.")]
    [InlineData("Deploy --target", "Required argument missing for option: '--target'.")]
    [InlineData("Deploy --release-labels", "Required argument missing for option: '--release-labels'.")]
    [InlineData("Deploy --release-dirty=maybe", "--release-dirty: 'maybe' is neither true nor false.")]
    [InlineData("Deploy --plan=maybe", "--plan: 'maybe' is neither true nor false.")]
    [InlineData("Deploy --profile", "Required argument missing for option: '--profile'.")]
    [InlineData("Deploy --registry-url a --registry-url b", "Option '--registry-url' expects a single argument but 2 were provided.")]
    public void A_flag_without_its_value_or_with_one_too_many_is_refused_by_its_name(string arguments, string sentence) =>
        Assert.Equal([sentence], Refused(arguments));

    [Theory]
    [InlineData("--profile")]
    [InlineData("--root")]
    public void An_empty_profile_or_root_is_refused(string flag) =>
        Assert.Equal(
            [$"{flag}: the value is empty. Leave the flag out, or give it a value."],
            Assert.Throws<UsageFault>(() => CommandLine.Parse(["Deploy", flag, ""], Parameters)).Sentences);

    [Fact]
    public void A_value_that_begins_with_dashes_is_joined_to_its_flag() =>
        Assert.Equal(["--1"], Parsed("Deploy --release-tag=--1").Values["ReleaseTag"]);

    [Fact]
    public void The_flags_of_every_build_are_understood()
    {
        var parsed = Parsed("Deploy --plan --profile production --verbosity quiet --root /srv --no-logo");

        Assert.True(parsed.IsPlan);
        Assert.False(parsed.IsHelp);
        Assert.Equal(("production", "quiet"), (parsed.Profile, parsed.Verbosity));
        Assert.Equal("normal", Parsed("Deploy").Verbosity);
        Assert.True(Parsed("Deploy --help").IsHelp);
    }

    [Fact]
    public void Names_are_the_same_words_in_every_spelling()
    {
        var spelled = Parameters.Select(p => $"{p.Name} {p.Flag} {p.Variable}");

        Assert.Equal(
            [
                "RegistryPassword --registry-password PIPELINE_REGISTRY_PASSWORD",
                "RegistryUrl --registry-url PIPELINE_REGISTRY_URL",
                "ReleaseDirty --release-dirty PIPELINE_RELEASE_DIRTY",
                "ReleaseLabels --release-labels PIPELINE_RELEASE_LABELS",
                "ReleaseNotes --release-notes PIPELINE_RELEASE_NOTES",
                "ReleaseTag --release-tag PIPELINE_RELEASE_TAG",
            ],
            spelled);
    }

    private static CommandLine Parsed(string arguments) => CommandLine.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), Parameters);

    private static IReadOnlyList<string> Refused(string arguments) => Assert.Throws<UsageFault>(() => Parsed(arguments)).Sentences;
}
