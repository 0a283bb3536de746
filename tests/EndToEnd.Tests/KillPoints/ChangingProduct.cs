using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests.KillPoints;

/// <summary>A product of which every version differs in everything that a release has: image, revision, configuration, pages and assets.</summary>
internal sealed class ChangingProduct
{
    private const string Web = "src/DatasetManagement/web";
    private readonly Checkout checkout;
    private readonly string index;
    private readonly string configuration;
    private int made;

    /// <param name="checkout">Where it is; not yet changed.</param>
    /// <param name="head">Its newest revision.</param>
    public ChangingProduct(Checkout checkout, string head)
    {
        (this.checkout, Revision) = (checkout, head);
        index = File.ReadAllText(Path.Combine(checkout.Folder, Web, "index.html"));
        configuration = File.ReadAllText(Path.Combine(checkout.Folder, "k8s", "config.yaml"));
        // A hundred runs need no bundler: pages as they are, and an asset whose name has its hash.
        checkout.Edit($"{Web}/package.json", "tsc --noEmit && vite build", "node build.js");
        checkout.Write($"{Web}/build.js", """
            import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
            rmSync('build', { recursive: true, force: true })
            mkdirSync('build/assets', { recursive: true })
            cpSync('public', 'build', { recursive: true })
            const script = readFileSync('src/released.ts', 'utf8')
            const name = `assets/released-${script.match(/0H\w{6}/)[0]}.js`
            writeFileSync(`build/${name}`, script)
            for (const page of ['index.html', 'create.html', 'error.html'])
              writeFileSync(`build/${page}`, readFileSync(page, 'utf8').replace(/\.\/src\/\w+\.ts/, `./${name}`))

            """);
    }

    /// <summary>The newest version.</summary>
    public string Version => $"1.{made}.0";

    /// <summary>The newest revision.</summary>
    public string Revision { get; private set; }

    /// <summary>The page that only this version has.</summary>
    public string OwnPage => $"only-{Version}.html";

    /// <summary>Makes the next version.</summary>
    public void Next()
    {
        made++;
        var revision = $"{made:x4}00aa00bb";
        RevisionFile.AddTable(checkout, revision, Revision, $"made_{revision}");
        Revision = revision;
        checkout.Write("k8s/config.yaml", configuration.Replace("LOG_LEVEL: info", $"LOG_LEVEL: info\n  RELEASED_AS: \"{Version}\"", StringComparison.Ordinal));
        checkout.Write($"{Web}/index.html", index.Replace("</title>", $" {Version}</title>", StringComparison.Ordinal));
        checkout.Write($"{Web}/src/released.ts", $"console.info('0H{made:d6}')\n");
        foreach (var page in Directory.EnumerateFiles(Path.Combine(checkout.Folder, Web, "public"), "only-*.html"))
            File.Delete(page);
        checkout.Write($"{Web}/public/{OwnPage}", $"<html>{Version}</html>\n");
    }
}
