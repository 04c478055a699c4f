import type { Command } from 'commander';
import {
  type Choice,
  duration,
  FEWEST_SAMPLES,
  inWords,
  type Measured,
  type PlanCandidate,
  type PlanExplanation,
  planFields,
} from '../../engine/index.ts';
import type { ExplainResult } from '../tasks/explain.ts';
import { loadTuned, readProblem, type SizeFlags } from './problem.ts';
import { type CommonOptions, perform } from './session.ts';
import type { Terminal } from './terminal.ts';

export function explainCommand(
  file: string | undefined,
  { in: place, adapter, json, ...o }: CommonOptions & SizeFlags,
  command: Command,
): Promise<void> {
  return perform({
    command: 'explain',
    task: 'explain',
    common: { in: place, adapter, json },
    config: o,
    keep: null,
    async prepare() {
      const { options, basis, ...read } = await readProblem(file, o, command);
      return { options: { ...options, tuned: await loadTuned(basis) }, ...read };
    },
    conclude(result, terminal) {
      reportPlan(result, terminal);
      const unknown = result.candidates
        .filter((c) => c.possible && c.total === null && !c.measured)
        .map(({ choice }) => inWords(choice));
      if (unknown.length > 0) terminal.say(`- Not measured, and so not chosen from: ${unknown.join('; ')}.`);
      terminal.say(factsLine(result));
      return { summary: { outcome: { kind: 'finished' }, ...result }, exitCode: 0 };
    },
  });
}

/** The plan, what it was chosen from, and why the others were not. */
export function reportPlan(explanation: PlanExplanation, terminal: Pick<Terminal, 'say' | 'table'>): void {
  const { plan, candidates, steps, request } = explanation;
  const { samples, width, dimension, replicas, batch, fullBatch, activation } = request;
  const shown = fullBatch ? 'all of them' : batch === 1 ? 'one of them' : `${batch} of them`;
  terminal.say(`Plan: ${plan.reason}`);
  terminal.say(`Basis: ${basisLine(explanation)}`);
  terminal.say(
    `For: ${samples} samples (${shown} a step), ${width} neurons, ${dimension} dimensions, ${activation}, ` +
      `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, ${steps} steps`,
  );
  const head = ['', ...planFields, 'compile', 'a step', 'measured: compile', 'a step (95 %)', 'in all'];
  terminal.table(head, candidates.map(row));
  for (const { choice, lost, total, measured, possible } of candidates) {
    if (lost && (total !== null || measured || !possible)) terminal.say(`- Not ${inWords(choice)}: ${lost}.`);
  }
}

function row({ choice, possible, predicted, measured, total, lost }: PlanCandidate): string[] {
  return [
    lost === null ? '→' : '',
    ...planFields.map((field: keyof Choice) => String(choice[field])),
    possible ? duration(predicted.compile) : '',
    possible ? duration(predicted.step) : '',
    measured ? duration(measured.compile) : '',
    measured ? stepWords(measured) : '',
    total === null || !possible ? '' : duration(total),
  ];
}

/** A measured step with its interval, if it has one, and how many samples it rests on. */
export function stepWords({ step, samples }: Measured): string {
  const interval = samples < FEWEST_SAMPLES ? '' : `${duration(step.low)} to ${duration(step.high)}, `;
  return `${duration(step.median)} (${interval}${samples} ${samples === 1 ? 'sample' : 'samples'})`;
}

function basisLine({ plan, tuned, missing, request }: PlanExplanation): string {
  const costs = tuned
    ? `times that flatwalk tune measured here on ${tuned.date.slice(0, 10)}`
    : `the model of ${request.family} adapters; predictions rank plans, they are no clock${missing ? lacking(missing) : ''}`;
  return plan.basis === 'pinned' ? `what was pinned; the rest by ${costs}` : costs;
}

function lacking(missing: Choice): string {
  return `. What was measured here lacks ${inWords(missing)}: run flatwalk tune for as many steps, with a larger --budget`;
}

/** What of the adapter and of flatwalk has a part in the choice. */
function factsLine({ request, place, kernels }: ExplainResult): string {
  const kind = request.software ? 'software' : 'hardware';
  return (
    `Adapter facts: ${request.family} family (${kind}), ${subgroups(request)}, ` +
    `${request.mostLanes} lanes in a workgroup at most, ` +
    `buffers of ${Math.round(request.largestBuffer / 2 ** 20)} MiB at most. Measurements are found by adapter, ` +
    `place (${place}), kernels (${kernels}) and shape.`
  );
}

/** They decide whether there is a strategy `subgroup`, its lanes, and the tiles that are possible. */
function subgroups({ subgroup }: PlanExplanation['request']): string {
  return subgroup ? `subgroups of ${subgroup} lanes` : 'no subgroup operations';
}
