/** The pages as they are built, and the browser that shows them. */
import type { ChromeOptions } from '../../src/host/chrome/index.ts';
import { findEmbedded } from '../../src/host/node/embedded.ts';
import { useBuilt } from '../built.ts';

/** Pinned, like the adapter in Node: the same browser on every machine. The experiment presents a picture. */
export const pinned: ChromeOptions = { adapter: 'swiftshader', browser: 'embedded', show: true };

const absent = findEmbedded();
/** Whether the embedded browser cannot run here. The reason is printed, so that no skip is silent. */
export const withoutBrowser = typeof absent === 'string';
if (withoutBrowser) console.log(`skipped: ${absent}`);

/** Has the pages built before the file's tests. Returns their folder. */
export const usePages = (): string => useBuilt('page');
