import { create } from './api';
import { showRelease } from './release';

const form = document.querySelector<HTMLFormElement>('form')!;
const state = document.querySelector<HTMLParagraphElement>('#state')!;

form.onsubmit = async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  try {
    await create(String(data.get('name')), String(data.get('description') ?? '') || null);
    location.href = './index.html';
  } catch (error) {
    state.textContent = (error as Error).message;
  }
};

void showRelease();
