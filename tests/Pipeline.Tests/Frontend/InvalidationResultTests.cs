using Pipeline.Frontend;

namespace Pipeline.Tests.Frontend;

public sealed class InvalidationResultTests
{
    [Theory]
    [InlineData("1 path", "/release.json")]
    [InlineData("2 paths", "/", "/index.html")]
    public void Its_extent_is_said_as_a_person_would(string said, params string[] paths) => Assert.Equal(said, new InvalidationResult("E1", "I1", [.. paths], true).Extent());
}
