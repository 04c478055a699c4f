/** What flatwalk is meant to reach against each peer; printed beside what was measured, and asserted nowhere. */
import type { Peer, PeerCase } from './peer.ts';

/** What a target may depend on. */
export type AdapterKind = 'swiftshader' | 'lavapipe' | 'gpu';

export interface Target {
  readonly says: string;
  /** How many times faster flatwalk has to be; null: to be reported only. */
  readonly atLeast: number | null;
}

interface Rule extends Target {
  readonly cases: RegExp;
  readonly peer: (peer: Pick<Peer, 'library' | 'form' | 'noise'>) => boolean;
  /** Every adapter, if not given. */
  readonly on?: readonly AdapterKind[];
}

const of = (library: string, form: string | null, noise?: Peer['noise']): Rule['peer'] => {
  return (peer) =>
    peer.library === library && (form === null || peer.form === form) && (noise === undefined || peer.noise === noise);
};
const software = ['swiftshader', 'lavapipe'] as const;

const rules: readonly Rule[] = [
  {
    cases: /^small\/one run$/,
    peer: of('jax-js', 'by hand', 'beforehand'),
    atLeast: 1000,
    says: 'small, one run: jax-js by hand, noise beforehand, 1000 times',
  },
  {
    cases: /^small\/one run$/,
    peer: of('TensorFlow.js', 'by hand'),
    atLeast: 5000,
    says: 'small, one run: TensorFlow.js by hand, 5000 times',
  },
  {
    cases: /^small\/one run$/,
    peer: of('JAX', 'scan', 'inside'),
    on: software,
    atLeast: 25,
    says: 'small, one run: native JAX scan, noise inside, 25 times on the better of SwiftShader and lavapipe',
  },
  {
    cases: /^small\/one run$/,
    peer: of('JAX', 'scan', 'beforehand'),
    on: software,
    atLeast: 1.5,
    says: 'small, one run: native JAX scan, noise beforehand, 1.5 times on the better of SwiftShader and lavapipe',
  },
  {
    cases: /^small\/one run$/,
    peer: ({ library, form }) => (library === 'JAX' && form === 'scan') || (library === 'PyTorch' && form === 'graph'),
    on: ['gpu'],
    atLeast: 5,
    says: 'small, one run, on a GPU: the best of PyTorch with CUDA graphs and JAX scan on the same card, 5 times',
  },
  {
    cases: /^small\/1024 replicas$/,
    peer: of('JAX', 'vmap', 'inside'),
    on: ['lavapipe'],
    atLeast: 10,
    says: 'small, 1024 replicas, lavapipe: native JAX vmap, noise inside, 10 times',
  },
  {
    cases: /^small\/1024 replicas$/,
    peer: of('JAX', 'vmap', 'beforehand'),
    on: ['lavapipe'],
    atLeast: 4,
    says: 'small, 1024 replicas, lavapipe: native JAX vmap, noise beforehand, 4 times',
  },
  {
    cases: /^small\/4096 replicas$/,
    peer: of('JAX', 'vmap'),
    on: ['gpu'],
    atLeast: 5,
    says: 'small, 4096 replicas, on a GPU: JAX vmap on the same card, 5 times',
  },
  {
    cases: /^(mid|large)\/step, data space$/,
    peer: of('jax-js', 'by hand', 'beforehand'),
    atLeast: 3.5,
    says: 'mid and large, full batch, data space: jax-js by hand, 3.5 times',
  },
  {
    cases: /^(mid|large)\/step, weight space$/,
    peer: of('jax-js', 'by hand', 'beforehand'),
    on: software,
    atLeast: 1,
    says: 'the same in weight space: jax-js by hand, no slower on a software adapter',
  },
  {
    cases: /^(mid|large)\/step, weight space$/,
    peer: of('jax-js', 'by hand', 'beforehand'),
    on: ['gpu'],
    atLeast: 1.5,
    says: 'the same in weight space: jax-js by hand, 1.5 times on a GPU',
  },
  probe('small', 'lavapipe', 1000),
  probe('mid', 'lavapipe', 5),
  probe('large', 'lavapipe', 1),
  probe('small', 'swiftshader', 500),
  probe('mid', 'swiftshader', null),
  probe('large', 'swiftshader', null),
];

function probe(size: PeerCase['size'], adapter: AdapterKind, atLeast: number | null): Rule {
  const aim = atLeast === null ? 'to be reported' : `${atLeast} times`;
  return {
    cases: new RegExp(`^${size}/probe$`),
    peer: of('PyTorch', null, null),
    on: [adapter],
    atLeast,
    says: `a Hutchinson probe, ${size}, ${adapter}: the better of PyHessian and torch.func on the same CPU, ${aim}`,
  };
}

export function targetOf(
  name: PeerCase['name'],
  peer: Pick<Peer, 'library' | 'form' | 'noise'>,
  adapter: AdapterKind,
): Target | null {
  const rule = rules.find((r) => r.cases.test(name) && r.peer(peer) && (r.on?.includes(adapter) ?? true));
  return rule ? { says: rule.says, atLeast: rule.atLeast } : null;
}

export function adapterKind({ software: isSoftware, device }: { software: boolean; device: string }): AdapterKind {
  if (!isSoftware) return 'gpu';
  return device.includes('llvmpipe') ? 'lavapipe' : 'swiftshader';
}
