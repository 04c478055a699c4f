/** Config files: a flat object of settings, or a document of flatwalk run that has one. */
import { createScanner, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { FlatwalkError } from '../../engine/index.ts';
import { RESULTS_SCHEMA } from '../results/schema.ts';
import { complaint, meant } from './kinds.ts';
import { entry, type Given, type Key, keys } from './table.ts';

/** The newest form of documents that is understood. */
const NEWEST = RESULTS_SCHEMA;

/** `file` is how messages call it. @throws BAD_ARGUMENT, naming the file, and the place, key or value at fault */
export function readConfig(file: string, text: string): Given {
  const value = parse(file, text);
  if (!isObject(value)) {
    throw fault(
      file,
      `it is ${kindOf(value)}, not an object`,
      'It must be like {"data": "houses.csv", "target": "price"}.',
    );
  }
  return check(file, isDocument(value) ? configOf(file, value) : value);
}

type Entries = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isDocument = (value: Entries) => 'schema' in value && 'command' in value;

/** What a run was made of, from what it printed or left in its results folder. */
function configOf(file: string, { schema, command, config }: Entries): Entries {
  if (typeof schema !== 'number' || schema > NEWEST) {
    const what = `its schema is ${JSON.stringify(schema)}, and this flatwalk knows those up to ${NEWEST}`;
    throw fault(file, what, 'Use the flatwalk that wrote it, or a newer one.');
  }
  if (command !== 'run') {
    throw fault(file, `it is a document of flatwalk ${String(command)}`, 'Give one of flatwalk run.');
  }
  if (!isObject(config)) throw fault(file, 'it has no config', 'Give a document that flatwalk run has written.');
  return config;
}

/** @throws BAD_ARGUMENT for a key that is not known, or a value that it may not have */
export function check(file: string, given: Entries): Given {
  const { $schema, ...settings } = given;
  if ($schema !== undefined && typeof $schema !== 'string') {
    throw fault(file, `$schema is ${show($schema)}`, 'It must be the address of config.schema.json, for editors.');
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(keysByName, name)) {
      const camel = name.replace(/^-+/, '').replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
      const hint = Object.hasOwn(keysByName, camel) ? `Did you mean ${camel}?` : meant(camel, keys);
      throw fault(file, `there is no setting '${name}'`, hint || `There are: ${keys.join(', ')}.`);
    }
    const wrong = complaint(entry(name as Key).kind, value);
    if (!wrong) continue;
    throw fault(file, wrong.what === '' ? `${name} is ${show(value)}` : `${name}: ${wrong.what}`, wrong.fix);
  }
  return settings as Given;
}

const keysByName = Object.fromEntries(keys.map((key) => [key, key]));

/** @throws BAD_ARGUMENT with line and column */
function parse(file: string, text: string): unknown {
  if (/\.(csv|tsv|npy|npz)(\.gz)?$/i.test(file)) throw fault(file, 'it is data, not a config', `Give it with --data.`);
  if (text.trim() === '')
    throw fault(file, 'it is empty', 'It must be like {"data": "houses.csv", "target": "price"}.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Of the two, only this one says where.
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const { offset, error: code } = errors[0] ?? { offset: text.length, error: 0 };
    const words = printParseErrorCode(code).replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${file}: ${placeIn(text, offset)}: it is no JSON (${words.toLowerCase()})`,
      'Mend it there.',
      {
        cause: error,
      },
    );
  }
  const twice = repeatedKey(text);
  if (twice)
    throw fault(`${file}: ${placeIn(text, twice.offset)}`, `'${twice.key}' is there twice`, 'Keep one of them.');
  return value;
}

/** The first key that its object has already, of which JSON.parse would keep the last value. `text` is JSON. */
function repeatedKey(text: string): { readonly key: string; readonly offset: number } | null {
  const scanner = createScanner(text, true);
  const open: Set<string>[] = [];
  let key = '';
  let offset = 0;
  for (;;) {
    scanner.scan();
    const at = scanner.getTokenOffset();
    if (at >= text.length) return null;
    if (text[at] === '{') open.push(new Set());
    else if (text[at] === '}') open.pop();
    else if (text[at] === '"') [key, offset] = [scanner.getTokenValue(), at];
    // In JSON it stands behind a key, and nowhere else.
    else if (text[at] === ':') {
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, offset };
      keys?.add(key);
    }
  }
}

function placeIn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

function fault(file: string, what: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `${file}: ${what}`, fix);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

const LONGEST_SHOWN = 60;

function show(value: unknown): string {
  // What JSON reads of 1e999.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
