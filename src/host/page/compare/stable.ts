import { signal } from '@preact/signals';

/** The largest step size that is stable at the start, of the settings as they were surveyed last; null where it is not known. */
export const stable = signal<number | null>(null);
