namespace EndToEnd.Tests.Bed;

/// <summary>Addresses and credentials of the servers, as the environment of the test run has them.</summary>
internal static class BedVariables
{
    /// <summary>Why the stories cannot run; null when they can.</summary>
    public static string? WhyNot => Environment.GetEnvironmentVariable("TESTBED") == "1"
        ? null
        : "TESTBED is not 1: these stories need a Docker engine, a registry, a cluster, PostgreSQL, S3 and CloudFront, whose addresses are given in the environment.";

    public static string Registry => Value("TESTBED_REGISTRY");

    public static string Store => Value("AWS_ENDPOINT_URL");

    public static string AdminDatabase => Value("TESTBED_DATABASE_ADMIN_URL");

    /// <summary>The address of a database as the pipeline uses it.</summary>
    public static string DatabaseUrl(string database) => WithDatabase(Value("TESTBED_DATABASE_URL"), database);

    /// <summary>The address of a database as pods use it.</summary>
    public static string PodDatabaseUrl(string database) => WithDatabase(Value("TESTBED_POD_DATABASE_URL"), database);

    private static string WithDatabase(string url, string database) => url[..(url.LastIndexOf('/') + 1)] + database;

    private static string Value(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set, although TESTBED is 1.");
}
