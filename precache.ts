/** For Vite: a service worker beside index.html that knows by name all that the page ever loads. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/** Of a page: what it loads at once, and what it loads at some time. Names of files, the page's own left out. */
export function loadedBy(html: string, bundle: Rolldown.OutputBundle): { first: Set<string>; all: Set<string> } {
  const parts = Object.values(bundle);
  const entry = parts.find(
    (part) => part.type === 'chunk' && part.isEntry && part.facadeModuleId?.endsWith(`/${html}`),
  );
  if (!entry) throw new Error(`the bundle has no entry ${html}`);
  const walk = (dynamic: boolean) => {
    const found = new Set<string>();
    const visit = (name: string) => {
      const part = bundle[name];
      if (found.has(name) || !part) return;
      found.add(name);
      if (part.type !== 'chunk') return;
      for (const next of part.imports) visit(next);
      if (dynamic) for (const next of part.dynamicImports) visit(next);
      const { importedCss = [], importedAssets = [] } = part.viteMetadata ?? {};
      for (const next of importedCss) visit(next);
      // A worker begins as an asset: a program built by itself, which the page's first part only names.
      if (dynamic) for (const next of importedAssets) visit(next);
    };
    visit(entry.fileName);
    return found;
  };
  return { first: walk(false), all: walk(true) };
}

/** `statics`: the folder whose files are copied as they are. */
export function precache(statics: string, program: string): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const own = loadedBy('index.html', bundle).all;
      const others = new Set(loadedBy('runner.html', bundle).all);
      // What is no chunk of the page's own graph is a worker's, unless the runner alone has it.
      const names = Object.keys(bundle).filter(
        (name) => own.has(name) || (!others.has(name) && !name.endsWith('.html') && bundle[name].type === 'asset'),
      );
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
