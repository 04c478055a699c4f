/** Where theory says that the walk goes, to be drawn beside where it went. */
import type { Walk } from '../../../engine/geometry/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { problemOptions } from '../../config/problem.ts';
import type { Settings } from '../../config/table.ts';
import { openSetup } from '../../tasks/setup.ts';
import { wordsOf } from '../kit/error-words.ts';
import { openEngine } from './engine.ts';
import type { Ask, Prediction } from './requests.ts';
import { samplesFor } from './samples.ts';
import type { HandlerContext } from './wire.ts';

/** Pre-activations of a network whose flow the host integrates within a moment. */
const MOST_CELLS = 512;
const POINTS = 80;
/** Starts whose curves are taken together: for all of them the host needs a second or so. */
const startsOf = (cells: number) => (cells <= 64 ? 4 : 1);

/**
 * The drift of label-noise SGD at this step size (see `predictWalk`), from the first starts of a run, each retracted: the median
 * of F over them. Settings must have a number as their step size.
 */
export async function predict(ask: Ask<'predict'>, { signal }: HandlerContext<'predict'>): Promise<Prediction> {
  const walk = walkOf(ask.settings);
  if (typeof walk === 'string') return { kind: 'none', reason: walk };
  const { manifoldPoint, predictWalk, retract } = await import('../../../engine/geometry/index.ts');
  const engine = await openEngine();
  const { settings, data, weights } = await samplesFor(ask.settings);
  // Weights from a file may be those of all replicas.
  const starts = Math.min(settings.replicas, startsOf(data.samples * settings.width));
  const replicas = weights && weights.replicas > 1 ? weights.replicas : starts;
  const options = problemOptions({ ...settings, replicas }, data, weights);
  if (data.samples * options.width > MOST_CELLS) {
    return {
      kind: 'none',
      reason: 'The network is too large for its flow to be computed here; flatwalk flow does it.',
    };
  }
  const steps = [...new Set(Array.from({ length: POINTS + 1 }, (_, k) => Math.round((k * settings.steps) / POINTS)))];
  const curves: number[][] = [];
  const { problem } = await openSetup(engine, options, () => {});
  try {
    for (let replica = 0; replica < starts && !signal.aborted; replica++) {
      const { point } = retract(await manifoldPoint(problem, replica));
      const { corrected } = await predictWalk(point, { ...walk, steps, signal });
      curves.push(corrected.map(({ sharpness }) => sharpness));
      // Rows of the run that goes on meanwhile are not kept waiting.
      await new Promise((done) => setTimeout(done));
    }
  } catch (error) {
    if (!(error instanceof FlatwalkError) || !['NOT_DEFINED', 'LIMIT', 'BAD_SHAPE'].includes(error.code)) throw error;
    return { kind: 'none', reason: wordsOf(error) };
  } finally {
    problem.dispose();
  }
  const whole = curves.filter((curve) => curve.length === steps.length);
  if (whole.length === 0) return { kind: 'none', reason: 'The flow from these starts does not get far enough.' };
  const sharpness = whole[0].map((_, k) => median(whole.map((curve) => curve[k])));
  return { kind: 'curve', steps, sharpness, starts: whole.length };
}

/** The walk that theory knows, or why it knows none. */
function walkOf({ stepSize, noise, batch, loss, stepSizeSchedule, noiseSchedule }: Settings): Walk | string {
  if (stepSizeSchedule || noiseSchedule) return 'There is no prediction for schedules.';
  if (stepSize === 'auto') return 'The step size is not decided.';
  if (noise === 0) return 'Without label noise nothing drifts.';
  if (batch === 'full') return { variant: loss === 'sum' ? 'fullSum' : 'fullMean', stepSize, noise };
  return batch === 1 ? { variant: 'single', stepSize, noise } : { variant: 'minibatch', batch, stepSize, noise };
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
