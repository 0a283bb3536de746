import { type Dataset, list, remove } from './api';
import { showRelease } from './release';

const state = document.querySelector<HTMLParagraphElement>('#state')!;
const table = document.querySelector<HTMLTableElement>('table')!;

function row(dataset: Dataset): HTMLTableRowElement {
  const line = document.createElement('tr');
  for (const text of [dataset.name, dataset.description ?? '', new Date(dataset.created_at).toLocaleString()]) {
    line.insertCell().textContent = text;
  }
  const button = document.createElement('button');
  button.textContent = 'Delete';
  button.ariaLabel = `Delete ${dataset.name}`;
  button.onclick = () => act(() => remove(dataset.id));
  line.insertCell().append(button);
  return line;
}

async function show(): Promise<void> {
  const datasets = await list();
  table.tBodies[0]!.replaceChildren(...datasets.map(row));
  table.hidden = datasets.length === 0;
  state.textContent = datasets.length === 0 ? 'There is no dataset yet.' : '';
}

async function act(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    await show();
  } catch (error) {
    state.textContent = (error as Error).message;
  }
}

void showRelease();
void act(async () => {});
