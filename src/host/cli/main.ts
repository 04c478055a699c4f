/** Every command with its options, as a tree of commander. Nothing runs here: see start.ts. */
import { Argument, Command, Option } from 'commander';
import { sizeNames } from '../../../bench/problems.ts';
import { suites } from '../../../bench/suites/index.ts';
import { settingFlags, settingOption } from '../config/flags.ts';
import { MOST_STEPS } from '../config/table.ts';
import { type Axis, parseAxis } from '../config/vary.ts';
import { adapterWishes } from '../node/index.ts';
import { groupNames } from '../tasks/inspect.ts';
import { version } from '../version.ts';
import { adaptersCommand } from './adapters.ts';
import { benchCommand, refuseWords } from './bench.ts';
import { aloneCommand } from './bench-alone.ts';
import { compareCommand, thresholdOption } from './bench-compare.ts';
import { finish } from './common.ts';
import { completionCommand, shells } from './completion.ts';
import { explainCommand } from './explain.ts';
import { exportCommand, exportFormats } from './export.ts';
import { flowCommand } from './flow.ts';
import { inspectCommand } from './inspect.ts';
import { above0, ascending, list, size, usage, whole } from './options.ts';
import { probeCommand } from './probe.ts';
import { configArgument, problemFlags, problemGroups } from './problem.ts';
import { reportCommand } from './report.ts';
import { reproduceCommand } from './reproduce.ts';
import { runCommand } from './run.ts';
import { sweepCommand } from './sweep.ts';
import { tuneCommand } from './tune.ts';
import { usageError } from './usage.ts';
import { verifyCommand } from './verify.ts';
import { watchCommand } from './watch.ts';
import { type Place, places } from './where.ts';

export const program = new Command('flatwalk')
  .description('Label-noise SGD on two-layer networks, and the sharpness it lowers, on WebGPU.')
  .version(version)
  // So that what follows a subcommand belongs to it alone.
  .enablePositionalOptions()
  .configureOutput({
    outputError: (text, write) => write(`flatwalk: ${usageError(text, 'flatwalk help says what there is.').message}\n`),
  })
  .exitOverride();

/** Options that every command has. */
function command(name: string, description: string, place: Place | null = 'node'): Command {
  const where = new Option('--in <place>', place ? 'where to compute' : 'only there (default: everywhere)');
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .addOption(where.choices(places).default(place ?? undefined))
    .addOption(
      new Option('--adapter <name>', 'which adapter to use')
        .choices(adapterWishes)
        .default('auto')
        .env('FLATWALK_ADAPTER'),
    )
    .option('--json', 'print one JSON document on stdout, and everything else on stderr', false);
}

command('reproduce', "hold the paper's claims against measurements")
  .option('--quick', 'within a minute on a software adapter', false)
  .option('--out <folder>', 'results folder (default: results/reproduce-<time>)')
  .option('--force', 'replace results that are in that folder already', false)
  .addHelpText('after', '\nExample: flatwalk reproduce --quick --out results/first')
  .action(reproduceCommand);

command('verify', 'check every kernel against the float64 reference on this adapter')
  .option('--quick', 'fewer shapes', false)
  .addHelpText('after', '\nExample: flatwalk verify --in chrome')
  .action(verifyCommand);

settingFlags(configArgument(command('run', 'train, on data from a file or on generated data')), [
  ...problemGroups,
  'plan',
  'watching',
  'results',
])
  .option('--force', 'replace results that are in that folder already', false)
  .option('--resume <folder>', 'go on with an interrupted run in its results folder, bit for bit')
  .option('--print-config', 'print the whole configuration and the plan as JSON, and train nothing', false)
  .addHelpText(
    'after',
    `
Examples: flatwalk run --data houses.csv --target price --width 32 --noise 0.5 --steps 200000
          flatwalk run --generate unit --n 8 --d 64 --labels teacher --step-size-schedule cosine,final=0.01
          flatwalk run --data houses.csv --target price --print-config > walk.json && flatwalk run walk.json --seed 1`,
  )
  .action(runCommand);

settingFlags(
  configArgument(command('sweep', 'run every combination of some settings, each into a folder of its own')),
  [...problemGroups, 'plan', 'watching', 'results'],
  ['out'],
)
  .addOption(
    new Option('--vary <key=values>', 'a setting and its values, with commas between; again for another setting')
      .argParser((text: string, before: readonly Axis[] = []) => [...before, usage(() => parseAxis(text))])
      .makeOptionMandatory(),
  )
  .requiredOption('--out <folder>', 'where the folders of the cells go; cells that are there are not run again')
  .addHelpText(
    'after',
    '\nExample: flatwalk sweep walk.json --vary stepSize=0.001,0.002 --vary seed=0,1,2 --out results/sweep',
  )
  .action(sweepCommand);

settingFlags(problemFlags(command('explain', 'say which plan a run would follow, and why not another')), ['plan'])
  .addHelpText('after', '\nExample: flatwalk explain --size small --steps 1000000')
  .action(explainCommand);

settingFlags(
  problemFlags(command('tune', 'measure the plans of a run here, and remember which is fastest')),
  ['plan'],
  ['plan'],
)
  .option('--budget <seconds>', 'seconds, after which no plan is begun any more', whole(1), 60)
  .addHelpText('after', '\nExample: flatwalk tune --data houses.csv --target price --width 32')
  .action(tuneCommand);

command('inspect', 'look at one network with every instrument: curvature, and the geometry of its zero-loss manifold')
  .argument('<file>', '.json (activation, theta, X, y), or .npz or .safetensors (X, y, theta)')
  .option('--instance <id>', 'which one, where the file has a list of them')
  .option('--activation <name>', 'activation, name or name:parameter, where the file does not say')
  .option('--only <groups>', `comma-separated: ${groupNames.join(', ')} (default: all)`, list)
  .option('--probes <count>', "probes of Hutchinson's estimate, at most", whole(1), 1000)
  .addOption(
    new Option('--kind <kind>', 'law of the probes')
      .choices(['rademacher', 'gaussian', 'sphere'])
      .default('rademacher'),
  )
  .option('--relative-error <share>', 'stop once the standard error is this share of the estimate', above0)
  .option('--seed <seed>', 'seed of probes and starts', whole(0), 0)
  .option('--largest <count>', 'largest eigenvalues (default: 3, or as many as there are)', whole(0))
  .option('--smallest <count>', 'smallest eigenvalues (default: 3, or as many as there are)', whole(0))
  .option(
    '--most-steps <count>',
    "basis vectors of Lanczos' method at most (default: 512, fewer beyond 8192 weights)",
    whole(1),
  )
  .option('--vectors', 'eigenvectors and the matrix J J^T too, in the document', false)
  .option('--products <count>', 'products for Hutch++ and XTrace each, at most', whole(3), 90)
  .option('--density', 'the density of the spectra also where it takes long')
  .option('--no-density', 'no density of the spectra')
  .option('--density-probes <count>', 'for the density: random starts', whole(1), 16)
  .option('--density-steps <count>', 'for the density: products for each', whole(1), 80)
  .option('--radius <rho>', 'of perturbations, in the measures of sharpness', above0, 0.05)
  .option('--rank-tolerance <share>', 'what counts as no rank, and as the same neuron', size, 1e-3)
  .option('--out <file>', 'write the document there as well')
  .addHelpText('after', '\nExample: flatwalk inspect network.npz --activation tanh --probes 4000 --out inspection.json')
  .action(inspectCommand);

command('flow', 'follow the Riemannian gradient flow of the sharpness, and predict where label-noise SGD goes')
  .argument('[file]', 'a network with its data, .json, .npz or .safetensors as for inspect')
  .option('--instance <id>', 'which one, where the file has a list of them')
  .option('--activation <name>', "activation, name or name:parameter (default: the file's, or cubic_linear:1)")
  .option('--data <file>', 'instead of a file: CSV or TSV file with a header line, and random weights')
  .addOption(settingOption('target'))
  .addOption(settingOption('inputs', { help: 'comma-separated input columns (default: all but the target)' }))
  .addOption(settingOption('width', { default: 16 }))
  .addOption(settingOption('initStd', { help: 'standard deviation of the starting weights', default: 0.3 }))
  .addOption(settingOption('seed', { help: 'seed of the starting weights', default: 0 }))
  .addOption(new Option('--size <size>', "instead of a file: one of the benchmarks' problems").choices(sizeNames))
  .option('--times <list>', 'comma-separated times of the rows', ascending)
  .option('--until <time>', 'the last time (default: 16 / ρ, by when F has settled)', above0)
  .option('--points <count>', 'rows up to that time', whole(1), 60)
  .addOption(new Option('--spacing <law>', 'how they are spread').choices(['log', 'linear']).default('log'))
  .option('--tolerance <share>', 'error of a step, as a share of the largest pre-activation', above0, 1e-10)
  .option('--gradient-tolerance <norm>', 'end where the Riemannian gradient is not larger (default: rounding)', size)
  .option('--most-steps <count>', 'steps of the integrator at most', whole(1), 200_000)
  .option('--metrics <names>', 'comma-separated metrics of the rows (default: those that cost little)', list)
  .option('--step-size <eta>', 'with --noise: also predict label-noise SGD with this step size', above0)
  .option('--noise <sigma>', 'its label noise, in units of the label', size)
  .addOption(settingOption('batch', { help: "its samples a step, or 'full'", default: 1 }))
  .addOption(settingOption('loss', { help: 'for the full batch', default: 'mean' }))
  .option('--steps <count>', 'how many of its steps', whole(1, MOST_STEPS), 100_000)
  .option('--every <steps>', 'steps between two predictions (default: a hundredth)', whole(1))
  .option('--out <folder>', 'results folder (default: results/flow-<time>)')
  .option('--force', 'replace results that are in that folder already', false)
  .addHelpText(
    'after',
    '\nExample: flatwalk flow network.json --step-size 2e-3 --noise 1 --steps 200000 --out results/flow',
  )
  .action(flowCommand);

program
  .command('watch')
  .description('follow a run: its rows as they come, a line of its loss, and how it ended')
  .exitOverride()
  .argument('<folder>', 'its results folder, from this machine or another')
  .option('--json', 'print one JSON document of its present state on stdout, and end', false)
  .addHelpText(
    'after',
    `
Example: flatwalk watch results/first

It ends when the run does, with the exit code of the run; 1 where the run was killed or has failed.`,
  )
  .action(watchCommand);

program
  .command('export')
  .description('write the rows of a results folder as one table, for pandas, DuckDB or a spreadsheet')
  .exitOverride()
  .argument('<folder>', 'a results folder, also of a run that goes on')
  .addOption(
    new Option('--format <format>', 'csv or parquet (default: by the ending of --out, or csv)').choices(exportFormats),
  )
  .option('--out <file>', 'where to (default: stdout)')
  .option('--force', 'replace that file if it exists', false)
  .option('--json', 'print one JSON document on stdout, and everything else on stderr', false)
  .addHelpText(
    'after',
    '\nExamples: flatwalk export results/first --out first.parquet\n          flatwalk export results/first --out first.safetensors',
  )
  .action(exportCommand);

program
  .command('report')
  .description('(re)build the report of one results folder, or of several side by side: one HTML file')
  .exitOverride()
  .argument('<folders...>', 'results folders that run, reproduce or flow wrote, or that of a sweep, for all its cells')
  .option('--out <file>', 'where to write it (default: report.html in the folder; of several, in the current one)')
  .option('--svg <folder>', 'write each figure there as an SVG file too')
  .option('--png <folder>', 'write each figure there as a PNG file too')
  .addOption(
    new Option('--theme <theme>', "colours of those files (default: of SVG the reader's, of PNG light)").choices([
      'light',
      'dark',
    ]),
  )
  .option('--json', 'print one JSON document on stdout, and everything else on stderr', false)
  .addHelpText('after', '\nExample: flatwalk report results/quiet results/noisy --out side-by-side.html --png figures')
  .action(reportCommand);

command('adapters', 'list every adapter there is, in Node and in Chrome, and say which one is used and why', null)
  .option('--patience <seconds>', 'seconds that an adapter has to open', above0, 60)
  .addHelpText('after', '\nExample: flatwalk adapters --json')
  .action(adaptersCommand);

program
  .command('probe', { hidden: true })
  .addOption(new Option('--in <place>').choices(places).default('node'))
  .addOption(new Option('--adapter <name>').choices(adapterWishes).default('auto'))
  .action(probeCommand);

const bench = command('bench', 'measure what things cost on this adapter, each result checked before its time is given')
  .addOption(new Option('--suite <names...>', 'which suites (default: all)').choices(suites.map(({ name }) => name)))
  .option('--filter <text>', 'only cases whose name has this in it')
  .option('--quick', 'two minutes at most', false)
  .addOption(new Option('--tiny').default(false).hideHelp())
  .addOption(
    new Option('--peers', 'compare with jax-js, TensorFlow.js, PyTorch, JAX and PyHessian instead')
      .conflicts('suite')
      .default(false),
  )
  .option(
    '--python <program>',
    'for --peers: the Python that has PyTorch and JAX (default: FLATWALK_PYTHON, or python3)',
  )
  .option('--out <file>', 'write the document there as well')
  .addOption(
    new Option('--baseline <file>', 'compare with this document, and fail where something is slower').conflicts(
      'peers',
    ),
  )
  .addOption(
    new Option('--threshold <share>', 'for --baseline: slow-downs beyond this fail')
      .argParser(thresholdOption)
      .default(0.05, '5%'),
  )
  .option('--relative', 'for --baseline: times relative to the multiply-add rate, where the machines differ', false)
  .option('--update', 'for --baseline: write it anew instead of comparing', false)
  .addHelpText('after', '\nExample: flatwalk bench --quick --suite roofline steps --out before.json')
  .enablePositionalOptions()
  // Words that are no subcommand are refused by the action, which says what there is.
  .allowExcessArguments()
  .action((options, command) => {
    refuseWords(command);
    return benchCommand(options, command);
  });

bench
  .command('compare')
  .description('hold a document of flatwalk bench against an older one; exit 1 where something became slower')
  .argument('<old>', 'a file that flatwalk bench --out wrote')
  .argument('<new>', 'another, of the same adapter')
  .addOption(
    new Option('--threshold <share>', 'slow-downs beyond this fail').argParser(thresholdOption).default(0.05, '5%'),
  )
  .option('--relative', 'times relative to the multiply-add rate, where the machines differ', false)
  .option('--json', 'print one JSON document on stdout, and everything else on stderr', false)
  .addHelpText('after', '\nExample: flatwalk bench compare before.json after.json --threshold 5%')
  .action(compareCommand);

bench
  .command('alone', { hidden: true })
  .argument('<size>')
  .requiredOption('--metrics <names>', '', list)
  .addOption(new Option('--adapter <name>').choices(adapterWishes).default('auto'))
  .action(aloneCommand);

program
  .command('completion')
  .description('print the script by which a shell completes commands, flags and their values')
  .exitOverride()
  .addArgument(new Argument('<shell>', 'which shell').choices(shells))
  .addHelpText(
    'after',
    `
Examples: flatwalk completion bash >> ~/.bashrc
          flatwalk completion zsh > "\${fpath[1]}/_flatwalk"
          flatwalk completion fish > ~/.config/fish/completions/flatwalk.fish`,
  )
  .action(completionCommand);

finish(program);
