/** For Vite: a service worker beside index.html that knows by name all that the page ever loads. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/** `statics`: the folder whose files are copied as they are. */
export function precache(statics: string, program: string): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const names = Object.keys(bundle).filter((name) => name !== 'index.html');
      const copied = readdirSync(statics);
      const sum = createHash('sha256');
      for (const name of ['index.html', ...names]) sum.update(contents(bundle[name]));
      for (const name of copied) sum.update(readFileSync(join(statics, name)));
      const files = [...names, ...copied].sort();
      const source = `const FILES = ${JSON.stringify(files)};\nconst VERSION = '${sum.digest('hex').slice(0, 12)}';\n${readFileSync(program, 'utf8')}`;
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
    },
  };
}

const contents = (part: Rolldown.OutputAsset | Rolldown.OutputChunk) =>
  part.type === 'chunk' ? part.code : part.source;
