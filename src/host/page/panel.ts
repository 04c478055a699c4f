import { at, textElement } from './dom.ts';
import type { Failure } from './messages.ts';

/** What keeps the page from computing, and what to do about it. All of it is shown as text. */
export interface Trouble {
  readonly title: string;
  readonly text: string;
  readonly fix: string;
  /** Something to copy. */
  readonly code?: string;
  /** The name of a button that tries again. */
  readonly retry?: string;
}

const softwareFlags = '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader';

export function notSecure(origin: string): Trouble {
  return {
    title: 'This page was not loaded securely',
    text: `Browsers offer WebGPU only to pages that come over https or from this machine; this one came from ${origin}. Neither the browser nor the graphics driver is at fault.`,
    fix: 'Open it over https, or serve it on this machine and open http://localhost.',
  };
}

export const noWebGpu: Trouble = {
  title: 'This browser has no WebGPU',
  text: 'The page computes on the GPU through WebGPU, which this browser lacks or has switched off.',
  fix: 'Use Chrome or Edge 113, Safari 26, Firefox 141, or a later one; on Linux some of them need it switched on in their settings.',
};

/** Words for a failure that the worker tells. */
export function troubleOf({ code, message, fix }: Failure): Trouble {
  switch (code) {
    case 'NO_ADAPTER':
      return {
        title: 'WebGPU is here, but it has no adapter',
        text: 'The browser knows WebGPU and found no GPU that it may use: there is none, its driver is too old, or it is blocked.',
        fix: 'Look at chrome://gpu (about:support in Firefox), and update the driver. Headless Chrome, and machines without a GPU, compute in software when Chrome is started with:',
        code: softwareFlags,
        retry: 'Try again',
      };
    case 'DEVICE_LOST':
      return {
        title: 'The GPU device was lost',
        text: `${message} What was measured until then stays below.`,
        fix: 'Start again: the same seed gives the same numbers.',
        retry: 'Start again',
      };
    case null:
      return {
        title: 'This should not have happened',
        text: message,
        fix: 'Reload the page; if it happens again, please report it with the name of your browser.',
      };
    default:
      return { title: 'The experiment cannot go on', text: message, fix, retry: 'Start again' };
  }
}

/** Shows a trouble, or hides the panel. */
export function showTrouble(trouble: Trouble | null, onRetry: () => void): void {
  const panel = at('panel');
  panel.hidden = trouble === null;
  panel.replaceChildren();
  if (!trouble) return;
  const { title, text, fix, code, retry } = trouble;
  panel.append(textElement('h3', title), textElement('p', text), textElement('p', fix));
  if (code) panel.append(textElement('code', code));
  if (retry) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = retry;
    button.addEventListener('click', onRetry);
    panel.append(button);
  }
}
