/** flatwalk in Node: WebGPU through Dawn, on a GPU or on a software adapter. */
export { type AdapterDescription, describeAdapter } from '../../engine/adapter.ts';
export {
  type AdapterKind,
  type AdapterWish,
  adapterWishes,
  environmentFor,
  parseAdapterWish,
} from './environment.ts';
export { type NodeGpu, openNodeGpu } from './gpu.ts';
