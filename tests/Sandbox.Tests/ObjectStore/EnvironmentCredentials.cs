namespace Sandbox.Tests.ObjectStore;

/// <summary>Puts the sandbox's credentials where the SDK's own chain looks for them, as long as tests need them.</summary>
public sealed class EnvironmentCredentials : IDisposable
{
    private readonly Dictionary<string, string?> before = [];

    public EnvironmentCredentials()
    {
        Set("AWS_ACCESS_KEY_ID", StoreBed.AccessKey);
        Set("AWS_SECRET_ACCESS_KEY", StoreBed.SecretKey);
    }

    public void Dispose()
    {
        foreach (var (name, value) in before)
            Environment.SetEnvironmentVariable(name, value);
    }

    private void Set(string name, string value)
    {
        before[name] = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }
}

[CollectionDefinition(nameof(EnvironmentCredentials))]
public sealed class EnvironmentCredentialsGroup : ICollectionFixture<EnvironmentCredentials>;
