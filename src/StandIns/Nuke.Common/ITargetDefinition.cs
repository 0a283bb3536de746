#nullable disable
using System.Linq.Expressions;

namespace Nuke.Common;

/// <summary>The words in which a target is described. Each returns the same description.</summary>
public interface ITargetDefinition
{
    /// <summary>What it does, for <c>--help</c>.</summary>
    ITargetDefinition Description(string description);

    /// <summary>What it runs; awaited.</summary>
    ITargetDefinition Executes(Func<Task> action);

    /// <summary>Targets that run before it, and because of it.</summary>
    ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>Targets of a component that run before it, and because of it; its only target when none is named.</summary>
    ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>Targets that it runs after, when they run at all.</summary>
    ITargetDefinition After(params Target[] targets);

    /// <summary>Like <see cref="After"/>, when the build has the component.</summary>
    ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets);

    /// <summary>Targets that run after it, and because of it.</summary>
    ITargetDefinition Triggers(params Target[] targets);

    /// <summary>Targets of a component that run after it, and because of it; its only target when none is named.</summary>
    ITargetDefinition Triggers<T>(params Func<T, Target>[] targets);

    /// <summary>Parameters that must have a value before anything runs.</summary>
    ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class;

    /// <summary>Conditions that must hold before anything runs.</summary>
    ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>Leaves it out of <c>--help</c>.</summary>
    ITargetDefinition Unlisted();

    /// <summary>The files it makes.</summary>
    ITargetDefinition Produces(params string[] artifacts);
}
