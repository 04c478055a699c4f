/** What flatwalk is meant to reach against each peer; printed beside what was measured, and asserted nowhere. */
import type { Interval } from '../statistics.ts';
import type { Peer } from './peer.ts';

/** What a target may depend on. */
export type AdapterKind = 'swiftshader' | 'lavapipe' | 'gpu';

type PeerKind = Pick<Peer, 'library' | 'form' | 'noise'>;

/** A row of the ratio table. */
export interface Target {
  /** What is compared, in words. */
  readonly row: string;
  /** Name of a case. */
  readonly case: string;
  /** Any of them will do; the one that comes closest to flatwalk counts. */
  readonly libraries: readonly Peer['library'][];
  readonly suits: (peer: PeerKind) => boolean;
  /** How many times faster flatwalk has to be; null: to be reported only. */
  readonly atLeast: number | null;
}

/**
 * met: the whole interval reaches the target; missed: the whole interval is below it; undecided: the target lies within;
 * reported: there is no target.
 */
export type Verdict = 'met' | 'missed' | 'undecided' | 'reported';

export function judge({ low, high }: Interval, { atLeast }: Pick<Target, 'atLeast'>): Verdict {
  if (atLeast === null) return 'reported';
  if (low >= atLeast) return 'met';
  return high < atLeast ? 'missed' : 'undecided';
}

interface Rule extends Target {
  /** Every adapter, if not given. */
  readonly on?: readonly AdapterKind[];
}

const SOFTWARE = ['swiftshader', 'lavapipe'] as const;

function rule(
  name: string,
  against: string,
  peer: Omit<PeerKind, 'form'> & { readonly form?: Peer['form'] },
  atLeast: number | null,
  on?: readonly AdapterKind[],
): Rule {
  const { library, form, noise } = peer;
  const suits = (p: PeerKind) => p.library === library && p.noise === noise && (!form || p.form === form);
  return { row: `${name} against ${against}`, case: name, libraries: [library], suits, atLeast, on };
}

const jaxJs = { library: 'jax-js', form: 'by hand', noise: 'beforehand' } as const;
const inside = (form: Peer['form']) => ({ library: 'JAX', form, noise: 'inside' }) as const;
const beforehand = (form: Peer['form']) => ({ library: 'JAX', form, noise: 'beforehand' }) as const;
const probes = { library: 'PyTorch', noise: null } as const;
const PROBES = 'the better of PyHessian and torch.func, same CPU';

/** What compiled programs on the same card take for the full batch, and for probes: reported, whichever is faster. */
function onCard(name: string, against: string, suits: Target['suits']): Rule {
  const row = `${name} against ${against} on the same card`;
  return { row, case: name, libraries: ['PyTorch', 'JAX'], suits, atLeast: null, on: ['gpu'] };
}

const rules: readonly Rule[] = [
  rule('small/one run', 'jax-js by hand, noise beforehand', jaxJs, 1000),
  rule(
    'small/one run',
    'TensorFlow.js by hand',
    { library: 'TensorFlow.js', form: 'by hand', noise: 'beforehand' },
    5000,
  ),
  rule('small/one run', 'native JAX scan, noise inside (better adapter)', inside('scan'), 25, SOFTWARE),
  rule('small/one run', 'native JAX scan, noise beforehand (better adapter)', beforehand('scan'), 1.5, SOFTWARE),
  {
    row: 'small/one run against the best of CUDA graphs and JAX scan on the same card',
    case: 'small/one run',
    libraries: ['PyTorch', 'JAX'],
    suits: ({ form }) => form === 'graph' || form === 'scan',
    atLeast: 5,
    on: ['gpu'],
  },
  rule('small/1024 replicas', 'native JAX vmap, noise inside', inside('vmap'), 10, ['lavapipe']),
  rule('small/1024 replicas', 'native JAX vmap, noise beforehand', beforehand('vmap'), 4, ['lavapipe']),
  {
    row: 'small/4096 replicas against JAX vmap on the same card',
    case: 'small/4096 replicas',
    libraries: ['JAX'],
    suits: ({ library, form }) => library === 'JAX' && form === 'vmap',
    atLeast: 5,
    on: ['gpu'],
  },
  ...['mid', 'large'].flatMap((size) => [
    rule(`${size}/step, data space`, 'jax-js by hand', jaxJs, 3.5),
    rule(`${size}/step, weight space`, 'jax-js by hand', jaxJs, 1, SOFTWARE),
    rule(`${size}/step, weight space`, 'jax-js by hand', jaxJs, 1.5, ['gpu']),
  ]),
  ...['mid/step, data space', 'large/step, data space'].map((name) =>
    onCard(name, 'the best of PyTorch and JAX', ({ library }) => library === 'PyTorch' || library === 'JAX'),
  ),
  ...['small/probe', 'mid/probe', 'large/probe'].map((name) =>
    onCard(name, 'the best of PyTorch and JAX', ({ noise }) => noise === null),
  ),
  rule('small/probe', PROBES, probes, 1000, ['lavapipe']),
  rule('mid/probe', PROBES, probes, 5, ['lavapipe']),
  rule('large/probe', PROBES, probes, 1, ['lavapipe']),
  rule('small/probe', PROBES, probes, 500, ['swiftshader']),
  rule('mid/probe', PROBES, probes, null, ['swiftshader']),
  rule('large/probe', PROBES, probes, null, ['swiftshader']),
];

/** The rows that an adapter has. */
export function targetsOn(adapter: AdapterKind): readonly Target[] {
  return rules.filter(({ on }) => on?.includes(adapter) ?? true);
}

/** The row that a peer belongs to in a case, if there is one. */
export function targetOf(name: string, peer: PeerKind, adapter: AdapterKind): Target | undefined {
  return targetsOn(adapter).find((row) => row.case === name && row.suits(peer));
}

export function adapterKind({ software, device }: { software: boolean; device: string }): AdapterKind {
  if (!software) return 'gpu';
  return device.includes('llvmpipe') ? 'lavapipe' : 'swiftshader';
}
