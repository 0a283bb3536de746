import './style.css';

/** Shows which release serves this page; the deployment writes it beside the page. */
export async function showRelease(): Promise<void> {
  const footer = document.querySelector('#release')!;
  try {
    const answer = await fetch('./release.json', { cache: 'no-cache' });
    const { version, release } = (await answer.json()) as { version: string; release: number };
    footer.textContent = `Version ${version}, release ${release}`;
  } catch {
    footer.textContent = 'Development version';
  }
}
