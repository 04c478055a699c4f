import type { Engine, MetricName, MetricRow } from '../../src/engine/index.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import type { BenchCase, Check, Figure, Memory } from '../document.ts';
import { problemOf, type SizeName, sizeNames } from '../problems.ts';
import { ratio } from '../statistics.ts';
import type { BenchContext, Entry, Group, Suite } from '../suite.ts';
import { compareRow, groupOf, type RunCase } from './runs.ts';

/** What a person waits for: the first row, what rows cost, the memory that a run takes, the reproduction. */
export const endToEnd: Suite = {
  name: 'end-to-end',
  quickSeconds: 16,
  groups: (context) => [...rowGroups(context), ...startGroups(context), ...reproduction(context)],
  figures: (cases) => sizeNames.flatMap((size) => [...rowFigure(cases, size), ...memoryFigure(cases, size)]),
};

/** Those that a kernel computes beside the steps. */
const cheap: readonly MetricName[] = ['loss', 'manifoldTrace', 'gradientNorm', 'disagreement'];
const allMetrics: readonly MetricName[] = [...cheap, 'trace', 'stableRank', 'gap', 'optimumDistance'];

/** Steps between two rows of which the cost is told. */
const CADENCE: Record<SizeName, number> = { small: 1000, mid: 100, large: 100 };
/** Steps between two rows as measured: a hundred large ones take a software adapter a minute. */
const MEASURED_CADENCE: Record<SizeName, number> = { ...CADENCE, large: 20 };

/** The same run with rows and without, in turn. */
function rowGroups(context: BenchContext): Group[] {
  const { effort } = context;
  const pair = (size: SizeName): RunCase[] => {
    const each = effort === 'tiny' ? 10 : MEASURED_CADENCE[size];
    const rows = size === 'small' ? cheap : allMetrics;
    return [
      { name: `${size}/run without rows`, size, each },
      { name: `${size}/run with rows`, size, each, rows },
    ];
  };
  if (effort === 'tiny') return [groupOf(context, pair('small'))];
  const groups = [groupOf(context, pair('small'), 2), groupOf(context, pair('mid'), 3)];
  return effort === 'quick' ? groups : [...groups, groupOf(context, pair('large'), 5)];
}

/** From nothing to the first row of all metrics: of a new engine, and of a new process. */
function startGroups(context: BenchContext): Group[] {
  const { host, effort } = context;
  const { open, alone } = host;
  // All kernels that metrics need take a software adapter seconds to compile.
  const metrics = effort === 'tiny' ? cheap : allMetrics;
  const sizes: readonly SizeName[] = effort === 'full' ? sizeNames : ['small'];
  return sizes.map((size) => {
    const makers = new Map<string, (name: string) => Entry>();
    // With --quick the more telling one of both.
    if (open && !(alone && effort === 'quick'))
      makers.set(`${size}/first row of a new engine`, (name) => ofEngine(name, size, metrics, open));
    if (alone) makers.set(`${size}/first row of a new process`, (name) => ofProcess(name, size, metrics, alone));
    return {
      names: [...makers.keys()],
      weight: 2,
      async prepare(wanted) {
        return {
          entries: [...makers].filter(([name]) => wanted(name)).map(([name, make]) => make(name)),
          dispose() {},
        };
      },
    };
  });
}

function ofEngine(name: string, size: SizeName, metrics: readonly MetricName[], open: () => Promise<Engine>): Entry {
  let row: MetricRow | undefined;
  let first: number | null = null;
  const start = async (times: number) => {
    for (let k = 0; k < times; k++) {
      using engine = await open();
      row = await firstRow(engine, size, metrics);
    }
  };
  return {
    name,
    unit: 'start',
    run: start,
    async check() {
      // After the timing, the last row of it is judged.
      if (!row) {
        const began = performance.now();
        await start(1);
        first = (performance.now() - began) * 1e6;
      }
      return compareRow(row, problemOf(size));
    },
    first: () => first,
  };
}

function ofProcess(
  name: string,
  size: SizeName,
  metrics: readonly MetricName[],
  alone: NonNullable<BenchContext['host']['alone']>,
): Entry {
  let memory: Memory | undefined;
  let first: number | null = null;
  let row: Pick<MetricRow, 'step' | 'values'> | undefined;
  return {
    name,
    unit: 'start',
    async run(count) {
      for (let k = 0; k < count; k++) {
        const process = alone(size, metrics);
        row = await process.firstRow;
        process.stop();
      }
    },
    async check() {
      if (!row) {
        const began = performance.now();
        const process = alone(size, metrics);
        row = await process.firstRow;
        first = (performance.now() - began) * 1e6;
        memory = await process.ended;
      }
      return compareRow(row, problemOf(size));
    },
    first: () => first,
    memory: () => memory,
  };
}

/** Steps of a run that is watched from its start: enough for everything to have been allocated. */
const STEPS: Record<SizeName, number> = { small: 1000, mid: 20, large: 4 };

/** A run with rows, ended after its first row unless `onRow` says otherwise. */
export async function firstRow(
  engine: Engine,
  size: SizeName,
  metrics: readonly MetricName[],
  onRow: (row: MetricRow) => 'go on' | 'end' = () => 'end',
): Promise<MetricRow | undefined> {
  const { options, stepSize, noise, batch, seed } = problemOf(size);
  const problem = await engine.problem(options);
  let first: MetricRow | undefined;
  try {
    const steps = STEPS[size];
    const run = problem.train({ stepSize, noise, batch, seed, steps, every: steps / 2, metrics });
    for await (const row of run) {
      first ??= row;
      if (onRow(row) === 'end') break;
    }
    const outcome = await run.outcome;
    if (outcome.kind === 'lost') throw outcome.error;
    return first;
  } finally {
    problem.dispose();
  }
}

/** Half a minute on a software adapter, so that it is done once, and only where there is time. */
function reproduction({ engine, effort, host: { reproduce }, signal }: BenchContext): Group[] {
  if (effort !== 'full' || !reproduce) return [];
  const name = 'small/reproduction, quick';
  let check: Check | undefined;
  const entry: Entry = {
    name,
    unit: 'reproduction',
    once: true,
    async run() {
      check = await reproduce(engine, signal);
    },
    async check() {
      if (!check) throw new FlatwalkError('NOT_DEFINED', 'The reproduction has not run', 'Run it first.');
      return check;
    },
  };
  return [{ names: [name], prepare: async () => ({ entries: [entry], dispose() {} }) }];
}

/**
 * What a row costs beside the steps between two. A sample of c cadences has c + 1 rows, of which a long run has c, and a
 * cadence may be longer than the measured one.
 */
function rowFigure(cases: readonly BenchCase[], size: SizeName): Figure[] {
  const timeOf = (name: string) => cases.find((one) => one.case === `${size}/${name}`)?.time;
  const without = timeOf('run without rows');
  const withRows = timeOf('run with rows');
  if (!without || !withRows) return [];
  const each = MEASURED_CADENCE[size];
  const cadences = withRows.unitsPerSample / each;
  const scale = ((cadences / (cadences + 1)) * each) / CADENCE[size];
  const { median, low, high } = ratio(withRows.samples, without.samples);
  const percent = (r: number) => 100 * (r - 1) * scale;
  const metrics = size === 'small' ? 'loss, F, gradient norm, disagreement' : 'all metrics';
  return [
    {
      name: `${size}/cost of rows every ${CADENCE[size]} steps`,
      suite: 'end-to-end',
      value: percent(median),
      low: percent(low),
      high: percent(high),
      unit: '%',
      note: `${metrics}; of the time without rows`,
    },
  ];
}

const MIB = 2 ** 20;
/** What is allowed: 1.2 times the buffers, and 200 MB for Node and the driver. */
const allowed = (held: number) => 1.2 * held + 200e6;

function memoryFigure(cases: readonly BenchCase[], size: SizeName): Figure[] {
  const memory = cases.find((one) => one.case === `${size}/first row of a new process`)?.memory;
  if (!memory) return [];
  const { held, peak } = memory;
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(0)} MiB`;
  return [
    {
      name: `${size}/peak memory of a process`,
      suite: 'end-to-end',
      value: peak / MIB,
      unit: 'MiB',
      note: `${peak <= allowed(held) ? 'within' : 'ABOVE'} 1.2 x ${mib(held)} of buffers + 200 MB`,
    },
  ];
}
