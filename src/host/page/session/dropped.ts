/** Files that a visitor has dropped: their contents are with the worker, and here is what is known of them. */
import { signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Given } from '../../config/table.ts';
import { withoutFix } from '../kit/error-words.ts';
import type { Contents } from '../worker/data/contents.ts';
import { call } from './link.ts';

export interface DroppedFile {
  readonly name: string;
  /** In bytes, unpacked. */
  readonly size: number;
  readonly contents: Contents;
}

export interface NamedContent {
  readonly name: string;
  readonly content: Blob;
}

/** As the command line tells it: what is wrong and where, and what to do. */
export interface Refusal {
  readonly what: string;
  readonly fix: string;
}

/** The last one dropped is the last. */
export const dropped = signal<readonly DroppedFile[]>([]);
export const reading = signal<{ readonly name: string; readonly share: number } | null>(null);
export const refusals = signal<readonly Refusal[]>([]);

/** Counts how often everything was to be forgotten: what was still being read then is not kept. */
let forgotten = 0;

/** Hands files to the worker, one after the other. Never rejects: what is refused is told in `refusals`. */
export async function take(files: readonly NamedContent[]): Promise<readonly DroppedFile[]> {
  refusals.value = [];
  const taken: DroppedFile[] = [];
  const before = forgotten;
  for (const { name, content } of files) {
    reading.value = { name, share: 0 };
    try {
      const { contents, bytes } = await call(
        'keepFile',
        { file: name, content },
        {
          onEvent: ({ read, total }) => {
            reading.value = { name, share: total > 0 ? read / total : 1 };
          },
        },
      );
      if (forgotten !== before) {
        await call('forgetFiles', { names: [name] });
        break;
      }
      const file = { name, size: bytes, contents };
      taken.push(file);
      dropped.value = [...dropped.value.filter((other) => other.name !== name), file];
    } catch (error) {
      // The worker has given up one of this name, too.
      dropped.value = dropped.value.filter((other) => other.name !== name);
      refusals.value = [...refusals.value, refusalOf(error)];
    }
  }
  reading.value = null;
  return taken;
}

export async function forgetAll(): Promise<void> {
  forgotten += 1;
  const names = dropped.value.map(({ name }) => name);
  dropped.value = [];
  refusals.value = [];
  await call('forgetFiles', { names });
}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof FlatwalkError)) return { what: (error as Error).message, fix: '' };
  return { what: withoutFix(error), fix: error.fix };
}

export const baseName = (file: string) => file.replace(/^.*[/\\]/, '');

/** Files that settings name and that have not been dropped. */
export function absentFrom({ data, target, weights }: Given): string[] {
  const labels = /\.npy(\.gz)?$/i.test(data ?? '') && /\.npy(\.gz)?$/i.test(target ?? '') ? target : undefined;
  const here = new Set(dropped.value.map(({ name }) => name));
  return [data, labels, weights]
    .filter((name) => name !== undefined)
    .filter((name) => !here.has(name) && !here.has(baseName(name)));
}
