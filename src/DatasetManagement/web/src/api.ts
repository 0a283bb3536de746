/** A dataset as the API shows it. */
export interface Dataset {
  id: number;
  name: string;
  description: string | null;
  created_at: string;
}

interface Config {
  apiUrl: string;
}

/** An error whose sentence is meant for the visitor. */
export class ApiError extends Error {}

/** The environment's settings lie beside the page, so that the same build serves every environment. */
const config: Promise<Config> = fetch('./config.json', { cache: 'no-cache' }).then((answer) => {
  if (!answer.ok) throw new ApiError('This site is not configured: config.json is missing.');
  return answer.json() as Promise<Config>;
});

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const { apiUrl } = await config;
  let answer: Response;
  try {
    answer = await fetch(`${apiUrl}/api/v1/datasets${path}`, init);
  } catch {
    throw new ApiError('The service cannot be reached. Please try again in a moment.');
  }
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const body = (await answer.json().catch(() => ({}))) as { detail?: unknown };
  throw new ApiError(typeof body.detail === 'string' ? body.detail : `The service answered with status ${answer.status}.`);
}

export const list = (): Promise<Dataset[]> => request<Dataset[]>('');

export const create = (name: string, description: string | null): Promise<Dataset> =>
  request<Dataset>('', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, description }) });

export const remove = (id: number): Promise<void> => request<void>(`/${id}`, { method: 'DELETE' });
