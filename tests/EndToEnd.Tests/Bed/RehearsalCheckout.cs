namespace EndToEnd.Tests.Bed;

/// <summary>Each rehearsal begins with a sandbox of its own anyway; with one checkout the site's packages are installed once.</summary>
public sealed class RehearsalCheckout : IAsyncLifetime
{
    private Checkout? checkout;

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            checkout = await Checkout.OfThisRepositoryAsync("1.0.0", new Dictionary<string, string?>());
    }

    public Task DisposeAsync()
    {
        checkout?.Dispose();
        return Task.CompletedTask;
    }

    internal Task<Outcome> RehearseAsync(string fault) => checkout!.BuildAsync("Rehearse", "--fault", fault);
}
