/** Whether what lies in a file is a document of benchmarks, as far as comparing relies on it. Pure. */
import { FlatwalkError } from '../src/engine/index.ts';
import { type BenchDocument, SCHEMA, suiteNames } from './document.ts';

const MAKE = 'Make one: flatwalk bench --out FILE.';

/** Reads a document from the text of a file. @throws BAD_ARGUMENT, with the file's name and what is wrong with it */
export function parseDocument(text: string, file: string): BenchDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${file} is no JSON: ${reason}`,
      'Is it whole? A document is what flatwalk bench --out FILE wrote.',
      { cause },
    );
  }
  return validDocument(value, file);
}

/** @throws BAD_ARGUMENT, with the document's name and what is wrong with it */
export function validDocument(value: unknown, name: string): BenchDocument {
  const refuse = (what: string, fix: string) => new FlatwalkError('BAD_ARGUMENT', `${name} ${what}`, fix);
  if (!isObject(value) || value.command !== 'bench') throw refuse('is no document of flatwalk bench', MAKE);
  if (value.suite === 'peers') {
    throw refuse('is of peers, whose ratios are its result', 'Compare documents of other suites.');
  }
  const { outcome } = value;
  if (isObject(outcome) && outcome.kind === 'failed') {
    throw refuse(`is of a measurement that failed: ${messageOf(outcome)}`, 'Measure again.');
  }
  if (value.schema !== SCHEMA) {
    const fix = 'Measure both with this version, or compare with the version that made them.';
    throw refuse(`has schema ${show(value.schema)}; this flatwalk reads ${SCHEMA}`, fix);
  }
  const fault = faultOf(value);
  if (fault) throw refuse(`is damaged: ${fault}`, MAKE);
  return value as unknown as BenchDocument;
}

/** What is wrong with the parts that comparing needs; null where nothing is. */
function faultOf({ environment, problem, outcome, noiseFloor, cases, skipped, config }: Fields): string | null {
  if (!isObject(environment)) return `environment is ${show(environment)}, not an object`;
  const { adapter, cpu } = environment;
  if (!isObject(adapter)) return `environment.adapter is ${show(adapter)}, not an object`;
  if (typeof adapter.name !== 'string') return `environment.adapter.name is ${show(adapter.name)}, not a text`;
  if (typeof adapter.software !== 'boolean') {
    return `environment.adapter.software is ${show(adapter.software)}, neither true nor false`;
  }
  if (typeof cpu !== 'string') return `environment.cpu is ${show(cpu)}, not a text`;
  if (!isObject(problem)) return `problem is ${show(problem)}, not an object`;
  if (!isObject(outcome) || !['finished', 'aborted', 'lost'].includes(String(outcome.kind))) {
    return `outcome.kind is ${show(isObject(outcome) ? outcome.kind : outcome)}, not finished, aborted or lost`;
  }
  if (noiseFloor !== null && !(isObject(noiseFloor) && isNumber(noiseFloor.share) && noiseFloor.share >= 0)) {
    return `noiseFloor.share is ${show(isObject(noiseFloor) ? noiseFloor.share : noiseFloor)}, not a share`;
  }
  if (config !== undefined && !isObject(config)) return `config is ${show(config)}, not an object`;
  if (skipped !== undefined && !(Array.isArray(skipped) && skipped.every(isObject)))
    return 'skipped is no list of cases';
  if (!Array.isArray(cases)) return `cases is ${show(cases)}, not a list`;
  const names = new Set<string>();
  for (const [k, one] of cases.entries()) {
    const fault = caseFault(one);
    if (fault) return `cases[${k}]: ${fault}`;
    const key = `${one.suite} ${one.case}`;
    if (names.has(key)) return `cases[${k}]: '${key}' is there twice`;
    names.add(key);
  }
  return null;
}

function caseFault(one: unknown): string | null {
  if (!isObject(one)) return `${show(one)} is no case`;
  if (typeof one.case !== 'string' || one.case === '') return `case is ${show(one.case)}, not a name`;
  if (!(suiteNames as readonly unknown[]).includes(one.suite)) return `suite is ${show(one.suite)}, which is none`;
  if (typeof one.unit !== 'string') return `unit is ${show(one.unit)}, not a text`;
  if (!isObject(one.check) || typeof one.check.passed !== 'boolean') return 'there is no check that passed or failed';
  const { time, work } = one;
  if (work !== undefined && !(isObject(work) && isNumber(work.flops) && isNumber(work.bytes))) {
    return 'work has no numbers flops and bytes';
  }
  if (time === null) return null;
  if (!isObject(time)) return `time is ${show(time)}, neither null nor an object`;
  for (const key of ['median', 'low', 'high'] as const) {
    if (!isTime(time[key])) return `time.${key} is ${show(time[key])}, not a time`;
  }
  if (!Array.isArray(time.samples) || time.samples.length === 0) return 'time.samples is no list of times';
  const wrong = time.samples.findIndex((sample) => !isTime(sample));
  return wrong < 0 ? null : `time.samples[${wrong}] is ${show(time.samples[wrong])}, not a time`;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTime(value: unknown): value is number {
  return isNumber(value) && value > 0;
}

function messageOf({ message, error }: Fields): string {
  return String(message ?? (isObject(error) ? error.message : undefined) ?? 'it gives no reason');
}

/** As much of it as a line holds. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
