namespace Pipeline.Incidents;

/// <summary>How a report looks: light and dark, on a phone and on paper.</summary>
internal static class IncidentStyle
{
    /// <summary>The style sheet.</summary>
    public const string Sheet = """

        :root { --page: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --block: #f6f8fa; --good: #116329; --bad: #b3261e; --wait: #7d4e00; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --block: #161b22; --good: #56d364; --bad: #ff8078; --wait: #e3b341; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; --state: var(--wait); }
        body.back { --state: var(--good); }
        body.not-back { --state: var(--bad); }
        header, main { max-width: 56rem; margin: 0 auto; padding: 0 1rem; }
        header { margin-top: 1.5rem; }
        header p { margin: 0; color: var(--soft); }
        h1 { margin: 0 0 1rem; padding-left: .75rem; border-left: .375rem solid var(--state); font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
        h2 { margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.2rem; }
        h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
        small, dt, time, th { color: var(--soft); font-weight: normal; }
        dl { margin: 0; }
        dl div { display: grid; grid-template-columns: 9rem 1fr; gap: .5rem; padding: .125rem 0; }
        dd { margin: 0; overflow-wrap: anywhere; }
        pre { margin: .25rem 0; padding: .75rem; background: var(--block); border: 1px solid var(--line); border-radius: .375rem; font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        ul { padding-left: 1.25rem; }
        li { overflow-wrap: anywhere; }
        .results { padding: 0; list-style: none; }
        .good { color: var(--good); }
        .bad { color: var(--bad); }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
        .timeline { margin: 0; padding: 0; list-style: none; }
        .timeline li { display: grid; grid-template-columns: 5rem 1fr; padding: .125rem 0; }
        time { font-variant-numeric: tabular-nums; }
        .timeline .bad time { color: inherit; }
        .question p { margin: .75rem 0 .25rem; }
        .answer { min-height: 3.5rem; padding: .5rem; border: 1px solid var(--line); border-radius: .375rem; }
        .answer:focus { outline: 2px solid var(--soft); }
        main { padding-bottom: 3rem; }
        @media (max-width: 40rem) {
          dl div { grid-template-columns: 1fr; gap: 0; padding: .25rem 0; }
          thead { display: none; }
          td { display: block; border: 0; padding: 0; }
          td[data-title]::before { content: attr(data-title) ": "; color: var(--soft); }
          tr { display: block; padding: .375rem 0; border-bottom: 1px solid var(--line); }
        }
        @media print {
          :root { --page: #fff; --ink: #000; --soft: #444; --line: #999; --block: #fff; --good: #000; --bad: #000; --wait: #000; }
          body { font-size: 10.5pt; }
          header, main { max-width: none; }
          h2, h3 { break-after: avoid; }
          li, tr, article, .question { break-inside: avoid; }
          .answer { min-height: 5rem; }
        }

        """;
}
