import { comparePeers, type PeersResult } from '../../../bench/peers/compare.ts';
import type { Effort } from '../../../bench/suite.ts';
import { FlatwalkError } from '../../engine/index.ts';
import type { Task } from './task.ts';

export interface PeersOptions {
  /** Only cases and peers whose '<case>: <peer>' has this in it. */
  readonly filter?: string;
  readonly effort: Effort;
  /** The Python interpreter that has PyTorch and JAX; the host's own choice if not given. */
  readonly python?: string;
}

/** flatwalk beside other libraries, on the same problems, with answers checked in the same run. */
export const peers: Task<PeersOptions, PeersResult> = {
  name: 'peers',
  async run(engine, { filter, effort, python }, { emit, signal, findPeers }) {
    if (!findPeers) {
      throw new FlatwalkError('BAD_ARGUMENT', 'Other libraries are compared with in Node only', 'Leave out --in.');
    }
    const found = await findPeers(python);
    try {
      const onProgress = (share: number, label: string) => emit({ kind: 'progress', share, label });
      return await comparePeers(engine, found, { filter, effort }, { onProgress, signal });
    } finally {
      for (const library of found.libraries) await library.close();
    }
  },
};
