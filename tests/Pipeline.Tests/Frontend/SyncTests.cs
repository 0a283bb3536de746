using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Frontend;

/// <summary>Tests of what goes into the site's bucket from a folder that has been built.</summary>
public abstract class SyncTests : StepTests
{
    private protected LoopbackSiteStore Store { get; } = new();

    private protected TemporaryFolder Web { get; } = new();

    public override async Task InitializeAsync()
    {
        await Store.StartAsync();
        await base.InitializeAsync();
        Web.Write("build/index.html", "<script src=assets/index-BxX1a2b3.js>");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Store.DisposeAsync();
        Web.Dispose();
    }
}
