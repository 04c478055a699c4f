import { at, textElement } from './dom.ts';
import { MOST_STEPS, noiseChoice, type Settings, wholeNumber } from './settings.ts';

const form = at<HTMLFormElement>('controls');
const startButton = at<HTMLButtonElement>('start');
const stopButton = at<HTMLButtonElement>('stop');
const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;

export function onStart(action: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    action();
  });
}

export function onStop(action: () => void): void {
  stopButton.addEventListener('click', () => {
    stopButton.disabled = true;
    action();
  });
}

export function fillForm({ seed, noise, steps }: Settings): void {
  field('seed').value = String(seed);
  field('seed').max = String(Number.MAX_SAFE_INTEGER);
  field('steps').value = String(steps);
  field('steps').max = String(MOST_STEPS);
  // For radio buttons of one name this is their list, which has a value too.
  field('noise').value = noise;
}

/** null where a field holds something else; the browser then says so beside it. */
export function readForm(): Settings | null {
  const seed = wholeNumber(field('seed').value, 0);
  const steps = wholeNumber(field('steps').value, 1, MOST_STEPS);
  const noise = noiseChoice(field('noise').value);
  if (seed !== null && steps !== null && noise !== null) return { seed, noise, steps };
  form.reportValidity();
  return null;
}

/** What can be pressed: `blocked` where there is nothing to compute on. */
export function setState(state: 'blocked' | 'ready' | 'running'): void {
  startButton.disabled = state !== 'ready';
  stopButton.disabled = state !== 'running';
  for (const input of form.querySelectorAll('input')) input.disabled = state === 'running';
}

export function showNotes(notes: readonly string[]): void {
  const list = at('notes');
  list.hidden = notes.length === 0;
  list.replaceChildren(...notes.map((note) => textElement('li', note)));
}
