/**
 * The web pages: index.html for people and, in a build of its own (mode `runner`), runner.html for headless Chrome. Built together,
 * the first would load the parts of the engine that only the second asks for. (Library and command line: build.mjs.)
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { leaveOut } from './leave-out.mjs';
import { precache } from './precache.ts';
import { stripShaders } from './strip-wgsl.mjs';

/** The development server sends styles inside scripts and reloads through a socket, which the pages' policy forbids. */
const relaxPolicy: Plugin = {
  name: 'relax-policy-while-developing',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

const statics = fileURLToPath(new URL('src/host/page/static', import.meta.url));
const serviceWorker = fileURLToPath(new URL('src/host/page/offline/service-worker.js', import.meta.url));

export default defineConfig(
  ({ mode }): UserConfig => ({
    // Relative addresses work from any folder of any static server.
    base: './',
    appType: 'mpa',
    // Files with names that stay: copied as they are.
    publicDir: mode === 'runner' ? false : statics,
    plugins: [
      relaxPolicy,
      stripShaders(),
      leaveOut(),
      ...(mode === 'runner' ? [] : [precache(statics, serviceWorker)]),
    ],
    // What parts load later. Found only then, it would make the development server load the page anew.
    optimizeDeps: {
      include: ['@observablehq/plot', 'd3-array', 'fflate', 'idb-keyval', 'jsonc-parser', 'wgpu-matrix'],
    },
    // This machine only: the server hands out the source tree.
    server: { host: 'localhost' },
    preview: { host: 'localhost' },
    // In files of its own, of which pages need a few; as one file it cannot be taken apart.
    resolve: {
      alias: {
        'simple-statistics': fileURLToPath(new URL('node_modules/simple-statistics/index.js', import.meta.url)),
      },
    },
    // Read from tsconfig.json by the type checker, and from here by the build.
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    // A worker is a build of its own.
    worker: { format: 'es', plugins: () => [stripShaders(), leaveOut()] },
    build: {
      target: 'es2022',
      outDir: 'dist/page',
      emptyOutDir: mode !== 'runner',
      // Inlined files would be data: addresses, which the pages' policy forbids.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: mode === 'runner' ? { runner: 'runner.html' } : { index: 'index.html' },
        // The runner has every task, so `verify` and `bench` bring along all parts that the engine would load later. For the library,
        // and for the worker, whose build warns as before, its dynamic imports are right.
        checks: { ineffectiveDynamicImport: false },
      },
    },
  }),
);
