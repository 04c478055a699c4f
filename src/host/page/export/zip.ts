/** Files in one archive. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { OutFile } from './files.ts';

/** What is packed at once: a few milliseconds' work, between which the page goes on. */
const PIECE = 1 << 17;

/** Files that pack badly, or are packed already. */
const dense = /\.(npz|png|bin|zip)$/;

/** `folder` holds the files, and gives the archive its name. */
export async function zipFile(folder: string, files: readonly OutFile[]): Promise<OutFile> {
  const pieces: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, piece) => {
    failure ??= error;
    pieces.push(piece);
  });
  for (const { name, bytes } of files) {
    const path = `${folder}/${name}`;
    const entry = dense.test(name) ? new ZipPassThrough(path) : new ZipDeflate(path);
    zip.add(entry);
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
      entry.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
      await new Promise((done) => setTimeout(done));
    }
  }
  zip.end();
  if (failure) throw failure;
  return { name: `${folder}.zip`, bytes: new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer()) };
}
