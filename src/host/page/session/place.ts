/** Where the page is: its tab, and what each tab keeps in the address besides the settings. */
import { effect, signal } from '@preact/signals';
import { readAddress, writeAddress } from './address.ts';
import { changes, preset } from './settings.ts';

const read = readAddress(location.search);

export const tab = signal(read.rest.get('tab') ?? '');
/** Parts of the address that belong to tabs, by name. A tab reads its own and checks them; an empty text is left out. */
export const parts = signal<ReadonlyMap<string, string>>(new Map([...read.rest].filter(([name]) => name !== 'tab')));
/** What the address asked for in vain, in words. */
export const addressNotes = signal<readonly string[]>(read.notes);

preset.value = read.preset;
changes.value = read.changes;

export function setPart(name: string, text: string): void {
  const next = new Map(parts.value);
  if (text === '') next.delete(name);
  else next.set(name, text);
  parts.value = next;
}

/** The link that brings somebody else here. */
export function shareLink(): string {
  return location.origin + location.pathname + query();
}

function query(): string {
  const rest = new Map([...(tab.value ? [['tab', tab.value] as const] : []), ...parts.value]);
  return writeAddress({ preset: preset.value, changes: changes.value, rest });
}

/** Keeps the address up to date with the page, from now on. */
export function followAddress(): void {
  effect(() => history.replaceState(null, '', location.pathname + query()));
}
