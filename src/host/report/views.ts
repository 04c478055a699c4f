/** What a figure shows of a run: which metrics together, on which scale, and one sentence for those who see it the first time. */
import { metrics as engineMetrics } from '../../engine/index.ts';
import { colours } from '../figures/colours.ts';

export interface View {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** Label of the vertical axis. */
  readonly axis: string;
  readonly scale: 'log' | 'linear' | 'signed';
  /** Metrics in it, with what they are called there. The first has a band where there are replicas. */
  readonly metrics: Readonly<Record<string, string>>;
  /** A level that theory predicts. */
  readonly level?: 'optimum' | 'noiseFloor' | 'one' | 'zero';
}

/** In the order in which they are shown. Metrics that are in none of them have a figure of their own. */
export const views: readonly View[] = [
  {
    name: 'loss',
    title: 'Loss',
    caption:
      'How far the network is from fitting the labels: it falls, and label noise then keeps it from reaching zero.',
    axis: 'L = Σ (r − y)²',
    scale: 'log',
    metrics: { loss: 'loss' },
    level: 'noiseFloor',
  },
  {
    name: 'sharpness',
    title: 'Sharpness',
    caption:
      'How curved the loss is (trace of its Hessian): label noise should carry F down to F*, the least there is where the loss is zero.',
    axis: 'trace of the Hessian',
    scale: 'linear',
    metrics: {
      retractedTrace: 'F at the nearest point of zero loss',
      manifoldTrace: 'F here',
      trace: 'tr ∇²L here',
      traceEstimate: 'tr ∇²L, estimated',
    },
    level: 'optimum',
  },
  {
    name: 'gap',
    title: 'Distance from the flattest: F − F*',
    caption: 'What is left between the sharpness and its optimum: a straight line down is exponential decay.',
    axis: 'F − F*',
    scale: 'log',
    metrics: { gap: 'F − F*' },
  },
  {
    name: 'rank',
    title: 'Rank of the features',
    caption: 'How many independent features the neurons have: at 1 they all compute the same.',
    axis: 'rank',
    scale: 'linear',
    metrics: { stableRank: 'stable rank', entropyRank: 'entropy rank', thresholdRank: 'rank above the threshold' },
    level: 'one',
  },
  {
    name: 'singular-values',
    title: 'Singular values of the features',
    caption:
      'The strengths of the independent features, largest first: when one stays and the others vanish, the matrix becomes rank one.',
    axis: 'σ of ΘXᵀ',
    scale: 'log',
    metrics: { singularValues: 'σ' },
  },
  {
    name: 'disagreement',
    title: 'Disagreement of the neurons',
    caption:
      'How far neurons are from each other on a data point, and from the pre-activations of the flattest network.',
    axis: 'pre-activation',
    scale: 'log',
    metrics: {
      disagreement: 'largest spread of the neurons',
      optimumDistance: 'distance from φ⁻¹(y/m)',
      retractedDistance: 'the same at zero loss',
    },
  },
  {
    name: 'riemannian-gradient',
    title: 'Riemannian gradient of the sharpness',
    caption:
      'How steeply the sharpness still falls within the zero-loss manifold: at zero the walk has nowhere flatter to go.',
    axis: '|P ∇F|',
    scale: 'log',
    metrics: { riemannianGradientNorm: '|P ∇F|' },
  },
  {
    name: 'riemannian-eigenvalue',
    title: 'Convexity of the sharpness',
    caption: 'The least eigenvalue of the Hessian of F within the manifold: above zero, F is convex here.',
    axis: 'smallest eigenvalue',
    scale: 'signed',
    metrics: { riemannianEigenvalue: 'smallest eigenvalue' },
    level: 'zero',
  },
  {
    name: 'gradient',
    title: 'Gradient of the loss',
    caption: 'How strong the pull towards zero loss is, for all samples together.',
    axis: '|∇L|',
    scale: 'log',
    metrics: { gradientNorm: '|∇L|' },
  },
  {
    name: 'residual-norm',
    title: 'Residual norm',
    caption: 'The distance of the outputs from the labels, all samples together.',
    axis: '√L',
    scale: 'log',
    metrics: { residualNorm: '√L' },
  },
  {
    name: 'retraction',
    title: 'What the retraction leaves',
    caption:
      'The largest residual after moving to the nearest point of zero loss: small, or F measured there means little.',
    axis: 'largest residual',
    scale: 'log',
    metrics: { retractedResidual: 'largest residual' },
  },
];

/** Colours of the metrics of one view, in their order. */
export const viewColours = [colours.measured, colours.fourth, colours.other, 'var(--run-5)'] as const;

/** The views of what was recorded, and one for each metric that is in none. */
export function viewsOf(recorded: ReadonlySet<string>): View[] {
  const known = views.filter(({ metrics }) => Object.keys(metrics).some((name) => recorded.has(name)));
  const covered = new Set(views.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...known, ...[...recorded].filter((name) => !covered.has(name)).map(viewOfOne)];
}

function viewOfOne(name: string): View {
  const known = engineMetrics as Readonly<Record<string, { unit: string; meaning: string }>>;
  const found = Object.hasOwn(known, name) ? known[name] : null;
  return {
    name: name.replaceAll(/[^\w-]/g, '_'),
    title: words(name),
    caption: found ? `${found.meaning}.` : 'A number recorded with the run.',
    axis: found && found.unit !== '1' ? found.unit : words(name).toLowerCase(),
    scale: 'linear',
    metrics: { [name]: words(name) },
  };
}

/** 'stableRank' as 'Stable rank'. */
export function words(name: string): string {
  const spaced = name.replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
