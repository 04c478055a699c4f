import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import '../gpu.ts';
import { jsonSchemas } from '../../src/host/results/json-schema.ts';
import { readResults } from '../../src/host/results/read.ts';
import { featuresSchema, RESULTS_SCHEMA, rowSchema, summarySchema } from '../../src/host/results/schema.ts';
import { useProgram } from '../host/program.ts';

vi.setConfig({ testTimeout: 120_000 });
const docs = new URL('../../docs/', import.meta.url);
const text = readFileSync(new URL('results.md', docs), 'utf8');
const update = process.env.FLATWALK_UPDATE_DOCS;

describe('docs/results', () => {
  test('has the JSON Schemas of the code [FLATWALK_UPDATE_DOCS=1 writes them]', () => {
    const schemas = jsonSchemas();
    const folder = new URL('results/', docs);
    const written = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`;
    if (update) {
      mkdirSync(folder, { recursive: true });
      for (const [name, schema] of Object.entries(schemas)) writeFileSync(new URL(name, folder), written(schema));
    }
    expect(readdirSync(folder).sort()).toEqual(Object.keys(schemas).sort());
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), name).toEqual(JSON.parse(written(schema)));
    }
  });

  test('says every field, and the present form', () => {
    for (const schema of [summarySchema, rowSchema, featuresSchema]) {
      for (const name of Object.keys(schema.shape)) expect(text).toContain(`\`${name}\``);
    }
    expect(text).toContain(`The form is ${RESULTS_SCHEMA}.`);
  });
});

describe('what the commands write', () => {
  const { flatwalk, folder: scratch } = useProgram();
  const network = { activation: 'cubic_linear:1', theta: [[1, 0.5]], X: [[1, 0]], y: [2] };
  const data = ['run', '--generate', 'unit', '--n', '3', '--d', '4', '--steps', '20', '--width', '3'];
  const commands: [name: string, args: string[]][] = [
    ['a run', [...data, '--keep-every', '10']],
    ['a run that diverges', [...data, '--step-size', '1e4']],
    [
      'a flow with a prediction',
      ['flow', 'network.json', '--points', '3', '--step-size', '1e-4', '--noise', '1', '--steps', '9'],
    ],
  ];
  test.each(commands)('is of that form: %s', async (name, args) => {
    writeFileSync(`${scratch}/network.json`, JSON.stringify(network));
    const { out, err } = await flatwalk([...args, '--out', name, '--json']);
    expect(err).not.toContain('this should not have happened');
    const { summary, rows } = readResults(`${scratch}/${name}`);
    expect(summary.schema).toBe(RESULTS_SCHEMA);
    expect(rows.length).toBeGreaterThan(0);
    expect(summarySchema.safeParse(JSON.parse(out)).error).toBeUndefined();
    // Every field that is written is said.
    for (const field of Object.keys(JSON.parse(out))) expect(text, field).toContain(`\`${field}\``);
    for (const file of readdirSync(`${scratch}/${name}`)) expect(text, file).toContain(`\`${file}`);
  });
});
