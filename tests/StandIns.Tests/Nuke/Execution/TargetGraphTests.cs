using Nuke.Common;
using Nuke.Common.Execution;

namespace StandIns.Tests.Nuke.Execution;

public sealed class TargetGraphTests
{
    [Fact]
    public void A_circle_is_refused_with_the_chain_that_closes_it() =>
        Assert.Equal(
            ["Targets wait for each other in a circle: First → Third → Second → First."],
            Assert.Throws<UsageFault>(() => TargetGraph.Of(new Circle())).Sentences);

    [Fact]
    public void A_target_that_needs_itself_is_a_circle() =>
        Assert.Equal(
            ["Targets wait for each other in a circle: Only → Only."],
            Assert.Throws<UsageFault>(() => TargetGraph.Of(new Narcissus())).Sentences);

    [Fact]
    public void A_component_that_the_build_lacks_is_named_by_whom_it_is_needed() =>
        Assert.Equal(
            ["Target 'Deploy' names the component 'IAbsent', which the build does not have."],
            Assert.Throws<UsageFault>(() => TargetGraph.Of(new NeedsAnAbsentee())).Sentences);

    [Fact]
    public void A_component_without_a_named_target_stands_for_its_only_one()
    {
        var graph = TargetGraph.Of(new WithComponents());

        Assert.Equal(["Check"], graph.Find("Ship").Needs.Select(t => t.Name));
    }

    [Fact]
    public void A_component_with_two_targets_must_name_one() =>
        Assert.Equal(
            ["Target 'Ship' names the component 'ITwo' without a target, and it has 2."],
            Assert.Throws<UsageFault>(() => TargetGraph.Of(new Ambiguous())).Sentences);

    [Fact]
    public void Two_targets_of_one_name_are_refused() =>
        Assert.Equal(
            ["Two targets are called 'Check'; the second stands in 'ICheckAgain'."],
            Assert.Throws<UsageFault>(() => TargetGraph.Of(new ChecksTwice())).Sentences);

    [Fact]
    public void Targets_that_do_not_wait_for_each_other_stand_in_the_order_of_the_components()
    {
        var graph = TargetGraph.Of(new Contents());

        Assert.Equal(["Zip", "Check", "Ship", "Archive"], graph.Targets.Select(t => t.Name));
    }

    [Fact]
    public void A_target_that_a_build_overrides_is_there_once_and_as_overridden()
    {
        var graph = TargetGraph.Of(new Overrides());

        Assert.Equal("Checks more.", Assert.Single(graph.Targets).Description);
    }

    private interface ICheck : INukeBuild
    {
        Target Check => _ => _.Description("Checks.");
    }

    private interface IShip : INukeBuild
    {
        Target Ship => _ => _.DependsOn<ICheck>();
    }

    private interface ITwo : INukeBuild
    {
        Target One => _ => _;

        Target Two => _ => _;
    }

    private interface IShipsTwo : INukeBuild
    {
        Target Ship => _ => _.DependsOn<ITwo>();
    }

    private interface INeedsAnAbsentee : INukeBuild
    {
        Target Deploy => _ => _.DependsOn<IAbsent>();
    }

    private interface IArchive : INukeBuild
    {
        Target Archive => _ => _;
    }

    private interface IZip : INukeBuild
    {
        Target Zip => _ => _;
    }

    private interface ICheckAgain : INukeBuild
    {
        Target Check => _ => _.Description("Checks again.");
    }

    private sealed class ChecksTwice : NukeBuild, ICheck, ICheckAgain;

    private sealed class Contents : NukeBuild, IZip, IShip, ICheck, IArchive;

    private sealed class WithComponents : NukeBuild, ICheck, IShip;

    private sealed class Ambiguous : NukeBuild, ITwo, IShipsTwo;

    private sealed class NeedsAnAbsentee : NukeBuild, INeedsAnAbsentee;

    private sealed class Overrides : NukeBuild, ICheck
    {
        Target ICheck.Check => _ => _.Description("Checks more.");
    }

    private sealed class Narcissus : NukeBuild
    {
        public Target Only => _ => _.DependsOn(Only);
    }

    private sealed class Circle : NukeBuild
    {
        public Target First => _ => _.After(Third);

        public Target Second => _ => _.DependsOn(First);

        public Target Third => _ => _.After(Second).Triggers(Fourth);

        public Target Fourth => _ => _.DependsOn(Third);
    }
}
