/** flatwalk in Node: WebGPU through Dawn, on a GPU or on a software adapter. */
export { type AdapterDescription, describeAdapter } from '../adapter-info.ts';
export {
  type AdapterKind,
  type AdapterWish,
  adapterWishes,
  environmentFor,
  parseAdapterWish,
} from './environment.ts';
export { type NodeGpu, openNodeGpu } from './gpu.ts';
