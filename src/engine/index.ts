/** flatwalk: label-noise SGD on two-layer networks, and the sharpness it lowers, on WebGPU. */
export { activationNames } from '../model/activations.ts';
export type { Law } from '../model/draws.ts';
export { type ErrorCode, errorCodes, FlatwalkError } from '../model/errors.ts';
export type { Schedule } from '../model/schedule.ts';
export { type AdapterDescription, describeAdapter } from './adapter.ts';
export type { NumberList } from './arrays.ts';
export { type Checkpoint, type Divergence, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { Engine, type EngineOptions } from './engine.ts';
export { type MetricName, type MetricOptions, type MetricValues, metricNames, metrics } from './metrics.ts';
export type { ProblemOptions } from './network.ts';
export {
  type Choice,
  choosePlan,
  explainPlan,
  type Plan,
  type PlanCandidate,
  type PlanExplanation,
  type PlanRequest,
  type PlanWish,
} from './plan.ts';
export { candidatesOf, choiceOf, faultsOf, planFields, sameChoice } from './plans/candidates.ts';
export { type Cost, predict } from './plans/cost.ts';
export { costWords, duration, inWords } from './plans/reason.ts';
export {
  FEWEST_SAMPLES,
  findTuned,
  keyHere,
  keyOf,
  type Measured,
  readTuned,
  type TunedEntry,
  type TunedKey,
  type TunedStore,
} from './plans/tuned.ts';
export type { Problem } from './problem.ts';
export type { MetricRow } from './rows.ts';
export type { TrainOptions } from './settings.ts';
export type { TraceEstimate } from './stages/probes.ts';
export type { Outcome, Run } from './train.ts';
