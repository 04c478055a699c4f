/** What can go wrong, in words: what is the matter, and what to do about it. Pure; the panel shows it as text. */
import { FlatwalkError } from '../../../model/errors.ts';
import { withoutFix } from '../kit/error-words.ts';
import { browsers, linuxFlags, softwareFlags } from './browsers.ts';

interface Trouble {
  readonly title: string;
  readonly text: string;
  readonly fix: string;
  readonly list?: readonly string[];
  /** Things to copy, each with what it is good for. */
  readonly copy?: readonly { readonly words: string; readonly code: string }[];
  /** Where it happened, for those who mend it: what nobody has foreseen. */
  readonly stack?: string;
}

/** What the page knows of where it is. */
export interface Place {
  readonly secure: boolean;
  readonly origin: string;
  /** Whether the page itself, if not its worker, has WebGPU. */
  readonly gpu: boolean;
}

export const here = (): Place => ({ secure: isSecureContext, origin: location.origin, gpu: 'gpu' in navigator });

export function troubleOf(error: unknown, place: Place = here()): Trouble {
  if (!(error instanceof FlatwalkError)) return storageTrouble(error) ?? unforeseen(error);
  const text = withoutFix(error);
  const { fix } = error;
  switch (error.code) {
    case 'NO_WEBGPU':
      return noWebGpu(place);
    case 'NO_ADAPTER':
      return {
        title: 'WebGPU is here, but it has no adapter',
        text: `${sentence(text)} The browser found no GPU that it may use: there is none, its driver is too old, or it is blocked.`,
        fix: 'Look at chrome://gpu (about:support in Firefox), update the driver, and try again. Or start Chrome with flags:',
        copy: [
          { words: 'On Linux, to use the GPU:', code: linuxFlags },
          {
            words: 'Without a GPU, to compute on the processor (right results, meaningless speed):',
            code: softwareFlags,
          },
        ],
      };
    case 'DEVICE_LOST':
      return {
        title: 'The GPU device was lost',
        text: `${sentence(text)} That happens when the driver is updated or reset, when the machine wakes, or when a page took too much. What was measured until then stays.`,
        fix: 'A run can go on from its last checkpoint, and gives the same numbers as if nothing had happened.',
      };
    case 'LIMIT':
      return {
        title: 'This is too large for the device',
        text: sentence(text),
        fix: [fitting(text), fix].filter(Boolean).join(' '),
      };
    case 'HOST':
      return { title: 'The browser does not do its part', text: sentence(text), fix };
    case 'GPU':
    case 'SHADER':
      return {
        title: 'The device reported an error',
        text: sentence(text),
        fix: `The tab Verify says which kernels are wrong on this GPU; its report says what to mend. ${fix}`,
      };
    default:
      return { title: 'This cannot be done as it was asked for', text: sentence(text), fix };
  }
}

function noWebGpu({ secure, origin, gpu }: Place): Trouble {
  if (!secure) {
    return {
      title: 'This page was not loaded securely',
      text: `Browsers offer WebGPU only to pages that come over https or from this machine; this one came from ${origin}. Neither the browser nor the graphics driver is at fault.`,
      fix: 'Open it over https, or serve it on this machine and open http://localhost.',
    };
  }
  const list = browsers.map(({ name, versions, remarks }) => `${name}: ${versions}. ${remarks}`);
  if (gpu) {
    return {
      title: 'This browser has WebGPU for pages, but not for workers',
      text: 'The page computes in a worker, so that it never stands still, and this version of the browser has no WebGPU there.',
      fix: 'Update the browser. It has it there, too, in these versions or later ones:',
      list,
    };
  }
  return {
    title: 'This browser has no WebGPU',
    text: 'The page computes on the GPU through WebGPU, which this browser lacks or has switched off.',
    fix: 'Use one of these versions or a later one:',
    list,
    copy: [{ words: 'Flags that switch it on in Chrome on Linux:', code: linuxFlags }],
  };
}

/** The share of a request that would fit, where the engine says what was needed and what there is. */
export function shareThatFits(text: string): number | null {
  const [, needed, allowed] = /needs (\d+) bytes, but this device's \w+ is (\d+) bytes/.exec(text) ?? [];
  return needed ? Number(allowed) / Number(needed) : null;
}

function fitting(text: string): string {
  const share = shareThatFits(text);
  if (share === null) return '';
  const percent = 100 * share;
  return `At most ${percent < 1 ? 'a hundredth' : `${Math.floor(percent)} %`} of it fits.`;
}

/** What a browser that is out of room, or may not keep anything, throws. */
function storageTrouble(error: unknown): Trouble | null {
  if (!(error instanceof DOMException)) return null;
  if (error.name === 'QuotaExceededError') {
    return {
      title: 'The browser has no room to keep this',
      text: 'The storage that the browser gives to this page is full.',
      fix: 'Delete saved results here, or data of other sites in the settings of the browser. What is on the page stays; download what matters.',
    };
  }
  if (error.name === 'SecurityError' || error.name === 'InvalidStateError') {
    return {
      title: 'The browser does not let this page keep anything',
      text: 'Storage is switched off for this page, or it is open in a private window.',
      fix: 'All else works; download what matters, as nothing is kept when the page is left.',
    };
  }
  return null;
}

function unforeseen(error: unknown): Trouble {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return {
    title: 'This should not have happened',
    text: message.split('\n')[0] || 'Something failed without a word.',
    fix: 'Try again, or reload the page. If it happens again, please report it; the report says what the page knows.',
    stack: stack?.includes(message) ? stack : [message, stack].filter(Boolean).join('\n'),
  };
}

const sentence = (text: string) => (/[.!?:]$/.test(text) ? text : `${text}.`);
