/** What the files of a results folder look like. The JSON Schemas in docs/results are made from here. */
import * as z from 'zod';

/**
 * The form of `summary.json`, `metrics.ndjson` and `features.ndjson`. It grows by one when a reader of the form before would
 * misread the new one; fields that are added do not count. Form 1 had the weights inside `summary.json`.
 */
export const RESULTS_SCHEMA = 2;

const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;

/** A number, or the name of one that JSON does not have. */
const real = z
  .union([z.number(), z.enum(NOT_FINITE).transform(Number)])
  .describe('a number; one that is not finite is the string "NaN", "Infinity" or "-Infinity"');
const whole = z.number().int().min(0);

const metric = z
  .array(z.union([real, z.array(real)]))
  .describe('one entry a replica: a number, or a list of numbers for metrics that are lists');
const metricTable = z.record(z.string(), metric);

const divergence = z.object({
  replica: whole.describe('number of the replica, from 0'),
  step: whole.describe('the step that would have been its next'),
});

/** A line of `metrics.ndjson`. */
export const rowSchema = z
  .object({
    run: z.string().describe('which run of the command: "train", the name of an experiment, or "flow"'),
    step: whole.describe('steps done when the row was taken'),
    time: real.optional().describe('time of the flow at which the row was taken'),
    diverged: z.array(divergence).describe('replicas that have stopped because their update was not finite'),
  })
  .catchall(metric);

/** A line of `features.ndjson`. */
export const featuresSchema = z.object({
  run: z.string().describe('which run, as in metrics.ndjson'),
  step: whole.describe('steps done'),
  samples: whole.describe('n, the columns of the matrix'),
  width: whole.describe('m, its rows'),
  values: z.array(real).describe('Z = Theta X^T of replica 0, m x n, row by row: the pre-activations'),
});

const claim = z.looseObject({
  id: z.string(),
  statement: z.string(),
  measured: z.string().describe('in words and numbers, for people'),
  expected: z.string(),
  holds: z.boolean().nullable().describe('null where nothing is judged'),
  values: z.record(z.string(), z.union([real, z.string()])).describe('the same numbers for programs'),
  series: z
    .record(z.string(), z.record(z.string(), z.array(real)))
    .optional()
    .describe('what its figure is drawn from, table by table, column by column'),
});

const plan = z.looseObject({ reason: z.string().describe('in words') });

const experiment = z.looseObject({
  name: z.string().describe('the `run` of its rows'),
  config: z.record(z.string(), z.unknown()),
  stepSize: real,
  plan,
  traceOptimum: real.nullable(),
  optimumScale: real.nullable().describe('largest |phi^-1(y_i / m)|'),
  labelEnergy: real.describe('sum of y_i^2'),
  dataSpectrum: z.object({ smallest: real, largest: real }).describe('eigenvalues of X X^T'),
  firstMetrics: metricTable,
  finalMetrics: metricTable,
  outcome: z.looseObject({ kind: z.string() }),
  seconds: real,
});

/** How it ended, or that it has not. */
const outcome = z.looseObject({
  kind: z
    .enum(['running', 'planned', 'finished', 'stopped', 'diverged', 'aborted', 'lost', 'failed'])
    .describe('"running" also where the process was killed before it could say more'),
  process: whole.optional().describe('of "running": the number of the process that writes'),
  host: z.string().optional().describe('of "running": the name of its machine'),
  step: whole.optional().describe('steps whose result the weights hold'),
  reason: z.string().optional().describe('of "stopped": the rule that was met'),
  replicas: z.array(divergence).optional().describe('of "diverged": which, and when'),
  code: z.string().optional().describe('of "failed": as in the list of codes'),
  message: z.string().optional().describe('of "failed": what was wrong and where'),
  fix: z.string().optional().describe('of "failed": what to do'),
});

/** `summary.json`. What is not of every command is optional. */
export const summarySchema = z.looseObject({
  schema: whole.min(1).describe('version of the form'),
  command: z.string().describe('the command that was given'),
  config: z.record(z.string(), z.unknown()).optional().describe('every setting'),
  environment: z
    .looseObject({
      flatwalk: z.string().describe('version'),
      in: z.string().describe('node, chrome, or page where a person watched'),
      adapter: z.looseObject({ name: z.string(), software: z.boolean() }),
    })
    .optional()
    .describe('what computed: versions, adapter, system'),
  outcome,
  seconds: real.optional().describe('from the opening of the adapter to the end'),
  plan: plan.optional().describe('the choice of kernels'),
  request: z.looseObject({}).optional().describe('what the plan was chosen from'),
  stepSize: real.optional().describe('eta, the number'),
  stable: z
    .looseObject({ stepSize: real, rule: z.string() })
    .nullable()
    .optional()
    .describe('below which step size steps are stable at the start'),
  traceOptimum: real.nullable().optional().describe('F*, where it is known to be the least trace on the manifold'),
  resumed: z.array(whole).optional().describe('steps at which the run went on after it had been interrupted'),
  finalStep: whole.optional().describe('step of the last row'),
  firstMetrics: metricTable.optional(),
  finalMetrics: metricTable.optional().describe('the values of the last row'),
  claims: z.array(claim).optional().describe('of reproduce: each claim with its verdict'),
  runs: z.array(experiment).optional().describe('of reproduce: each experiment'),
  optimum: z
    .looseObject({ sharpness: real, isMinimum: z.boolean() })
    .nullable()
    .optional()
    .describe('of flow: F*, and whether it is proven to be the least F'),
  predictedRate: real.nullable().optional().describe('of flow: rho'),
});

export type Summary = z.output<typeof summarySchema>;
export type StoredClaim = z.output<typeof claim>;

export interface StoredRow {
  readonly run: string;
  readonly step: number;
  /** Of a flow. */
  readonly time?: number;
  /** By metric: a number or a list for each replica. */
  readonly values: Record<string, (number | number[])[]>;
  readonly diverged: { readonly replica: number; readonly step: number }[];
}

/** Z = Theta X^T of replica 0, width x samples, before or after a run. */
export type StoredFeatures = z.output<typeof featuresSchema>;

export interface StoredResults {
  readonly path: string;
  readonly summary: Summary;
  readonly rows: StoredRow[];
  /** Empty where the matrices are large, and in folders of earlier versions. */
  readonly features: StoredFeatures[];
  /** Whether the run has not said how it ended: it goes on, or was killed. */
  readonly running: boolean;
}
