using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>One step of a rolling update: the new set grows into the surge, or old ones shrink by what is available above the least.</summary>
internal sealed class RollingStep(StoredObject deployment, ReplicaSets sets)
{
    private readonly long wanted = Scale.Wanted(deployment.Content);
    private readonly RollingUpdate limits = RollingUpdate.Of(deployment.Content);

    /// <summary>How many pods a new set begins with.</summary>
    public static long FirstSize(StoredObject deployment, ReplicaSets sets) =>
        RollingUpdate.IsRecreate(deployment.Content) ? Scale.Wanted(deployment.Content) : new RollingStep(deployment, sets).NewSize(0);

    public void Run()
    {
        if (!GrowNew())
            ShrinkOld();
    }

    private bool GrowNew()
    {
        var now = Scale.Wanted(sets.New!.Content);
        return now != wanted && sets.ScaleTo(sets.New, now > wanted ? wanted : NewSize(now));
    }

    private long NewSize(long now)
    {
        var room = wanted + limits.Surge - sets.Asked;
        return room <= 0 ? now : now + Math.Min(room, wanted - now);
    }

    private void ShrinkOld()
    {
        var least = wanted - limits.Unavailable;
        var newMissing = Scale.Wanted(sets.New!.Content) - sets.New.Content.Number("status", "availableReplicas");
        var allowed = sets.Asked - least - newMissing;
        if (allowed <= 0 || sets.Old.All(s => Scale.Wanted(s.Content) == 0))
            return;
        // Pods that do not serve go first and cost nothing.
        Shrink(allowed, s => Scale.Wanted(s.Content) - s.Content.Number("status", "availableReplicas"));
        Shrink(sets.Available - least, s => Scale.Wanted(s.Content));
    }

    private void Shrink(long allowed, Func<StoredObject, long> most)
    {
        foreach (var old in sets.Old.ToList())
        {
            var by = Math.Min(allowed, Math.Min(Scale.Wanted(old.Content), most(old)));
            if (by <= 0)
                continue;
            sets.ScaleTo(old, Scale.Wanted(old.Content) - by);
            allowed -= by;
        }
    }
}
