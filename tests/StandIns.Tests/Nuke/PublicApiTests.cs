using Nuke.Common;

namespace StandIns.Tests.Nuke;

public sealed class PublicApiTests
{
    // The text holds the signatures of Nuke.Common and Nuke.Components 10.1, for the members that this project uses and no others.
    [Fact]
    public void What_the_stand_in_shows_is_the_used_part_of_the_official_packages()
    {
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Nuke", "PublicApi.txt"));

        Assert.Equal(expected, PublicApi.Of(typeof(NukeBuild).Assembly), ignoreLineEndingDifferences: true);
    }
}
