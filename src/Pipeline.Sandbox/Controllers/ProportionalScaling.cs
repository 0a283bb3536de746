using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Another number of pods in the midst of a rollout: each set gets its share, so that a bad new template grows no faster than the old.</summary>
internal sealed class ProportionalScaling(StoredObject deployment, ReplicaSets sets)
{
    private readonly long wanted = Scale.Wanted(deployment.Content);

    public void Run()
    {
        var active = sets.All.Where(s => Scale.Wanted(s.Content) > 0).ToList();
        if (active.Count <= 1)
        {
            if ((active.FirstOrDefault() ?? sets.New ?? sets.All.LastOrDefault()) is { } only)
                sets.ScaleTo(only, wanted);
        }
        else if (IsSaturated())
        {
            foreach (var set in active)
                sets.ScaleTo(set, set.Name == sets.New!.Name ? wanted : 0);
        }
        else if (RollingUpdate.IsRecreate(deployment.Content))
        {
            // The sizes stay; that the wish was seen is written down.
            foreach (var set in active)
                sets.ScaleTo(set, Scale.Wanted(set.Content));
        }
        else
            Share(active);
    }

    private bool IsSaturated() =>
        sets.New is { } newest && Scale.Wanted(newest.Content) == wanted && newest.Content.Number("status", "availableReplicas") == wanted;

    private void Share(List<StoredObject> active)
    {
        var before = active.Sum(s => Scale.Wanted(s.Content));
        var allowed = wanted > 0 ? wanted + RollingUpdate.Of(deployment.Content).Surge : 0;
        var change = allowed - before;
        var left = change;
        // The largest first takes what rounding leaves over.
        var ordered = active.OrderByDescending(s => Scale.Wanted(s.Content)).ToList();
        var sizes = ordered.Select(s => Scale.Wanted(s.Content)).ToArray();
        for (var i = 0; i < ordered.Count && left != 0; i++)
        {
            var share = (long)Math.Round((double)sizes[i] * change / before, MidpointRounding.AwayFromZero);
            share = change > 0 ? Math.Clamp(share, 0, left) : Math.Clamp(share, left, 0);
            sizes[i] += share;
            left -= share;
        }

        sizes[0] = Math.Max(0, sizes[0] + left);
        for (var i = 0; i < ordered.Count; i++)
            sets.ScaleTo(ordered[i], sizes[i]);
    }
}
