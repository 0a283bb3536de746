using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>Collects what a target says of itself.</summary>
internal sealed class TargetDefinition(string name, INukeBuild build) : ITargetDefinition
{
    public string? Text { get; private set; }

    public bool IsListed { get; private set; } = true;

    public List<Func<Task>> Actions { get; } = [];

    public List<Target> Needs { get; } = [];

    public List<Target> Later { get; } = [];

    public List<Target> Triggered { get; } = [];

    public List<LambdaExpression> Requirements { get; } = [];

    public ITargetDefinition Description(string description)
    {
        Text = description;
        return this;
    }

    public ITargetDefinition Executes(Func<Task> action)
    {
        Actions.Add(action);
        return this;
    }

    public ITargetDefinition DependsOn(params Target[] targets)
    {
        Needs.AddRange(targets);
        return this;
    }

    public ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets) => DependsOn(Of(targets));

    public ITargetDefinition After(params Target[] targets)
    {
        Later.AddRange(targets);
        return this;
    }

    public ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets) => build is T ? After(Of(targets)) : this;

    public ITargetDefinition Triggers(params Target[] targets)
    {
        Triggered.AddRange(targets);
        return this;
    }

    public ITargetDefinition Triggers<T>(params Func<T, Target>[] targets) => Triggers(Of(targets));

    public ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class
    {
        Requirements.Add(parameterRequirement);
        Requirements.AddRange(parameterRequirements);
        return this;
    }

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements)
    {
        Requirements.Add(requirement);
        Requirements.AddRange(requirements);
        return this;
    }

    public ITargetDefinition Unlisted()
    {
        IsListed = false;
        return this;
    }

    // What a target makes is only of interest to generators of CI files, which this build has none of.
    public ITargetDefinition Produces(params string[] artifacts) => this;

    private Target[] Of<T>(Func<T, Target>[] targets)
    {
        if (build is not T component)
            throw new UsageFault($"Target '{name}' names the component '{typeof(T).Name}', which the build does not have.");
        if (targets.Length > 0)
            return [.. targets.Select(t => t(component))];
        var own = typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.PropertyType == typeof(Target)).ToList();
        return own is [var only]
            // Reflection compiles a stub of its own for a property that it reads twice, which --help would wait for.
            ? [only.GetMethod!.CreateDelegate<Func<T, Target>>()(component)]
            : throw new UsageFault($"Target '{name}' names the component '{typeof(T).Name}' without a target, and it has {own.Count}.");
    }
}
