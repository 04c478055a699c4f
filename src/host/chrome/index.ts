/** flatwalk in headless Chrome. */
export { type BrowserWish, browserWishes, type ChromeProgram, findChrome } from './find.ts';
export {
  type Browser,
  type Chrome,
  type ChromeAdapter,
  type ChromeOptions,
  chromeAdapter,
  chromeFlags,
  launchChrome,
  type Page,
} from './launch.ts';
export { type PageOptions, pageAdapter, type Visit, withPage } from './page.ts';
export { type ChromeRun, type RunInChromeOptions, runInChrome } from './run-task.ts';
export { type FolderServer, serveFolder } from './serve.ts';
