/** Config files: what is read, and what is refused with its place, key or value. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/host/config/read.ts';

const read = (text: string) => readConfig('walk.json', text);

test('a flat object of settings is what it says', () => {
  const settings = {
    data: 'houses.csv',
    target: 'price',
    inputs: ['area', 'rooms'],
    labelRange: [1, 2],
    secondLayer: [1, -1],
    stepSize: 'auto',
    batch: 'full',
    pin: { strategy: 'lane', lanes: 4 },
    metrics: ['loss', 'gap'],
    stopWhen: 'loss<1e-6 and gap < 0.1',
    noiseSchedule: 'step,every=100,factor=0.5',
    retractFirst: true,
  };
  expect(read(JSON.stringify(settings))).toEqual(settings);
});

test('of a document of a run its config is read', () => {
  const document = { schema: 1, command: 'run', config: { generate: 'unit', stepSize: 1e-3 }, outcome: {} };
  expect(read(JSON.stringify(document))).toEqual({ generate: 'unit', stepSize: 1e-3 });
});

test('the place of its schema, for editors, is no setting', () => {
  expect(read('{"$schema": "config.schema.json", "steps": 3}')).toEqual({ steps: 3 });
  expect(() => read('{"$schema": 3}')).toThrow('$schema is 3');
});

test('objects beside and inside each other may have the same keys', () => {
  const document =
    '{"schema": 1, "command": "run", "config": {"steps": 1}, "steps": [{"a": ":"}, {"a": "{"}, {"a": 1}]}';
  expect(read(document)).toEqual({ steps: 1 });
});

describe('is refused', () => {
  const cases: [name: string, text: string, message: string][] = [
    ['empty', ' \n', 'it is empty\n  It must be like {"data": "houses.csv", "target": "price"}.'],
    ['a list', '[{"steps": 1}]', 'it is a list, not an object'],
    ['a number', '12', 'it is a number, not an object'],
    ['null', 'null', 'it is null, not an object'],
    ['cut off', '{"steps": 10,\n "width"', 'line 2, column 9: it is no JSON (colon expected)\n  Mend it there.'],
    ['a word', '{"steps": ten}', 'line 1, column 11: it is no JSON'],
    ['a comma too many', '{"steps": 1,\r\n}', 'line 2, column 1: it is no JSON (property name expected)'],
    ['a comment', '{\n// steps\n"steps": 1}', 'line 2, column 1: it is no JSON (invalid comment token)'],
    [
      'a key twice',
      '{"steps": 1,\n "seed": 2, "steps": 3}',
      "line 2, column 13: 'steps' is there twice\n  Keep one of them.",
    ],
    ['a key spelt twice', '{"pin": {"lanes": 1, "lan\\u0065s": 2}}', "line 1, column 22: 'lanes' is there twice"],
    ['a misspelt key', '{"widht": 3}', "there is no setting 'widht'\n  Did you mean width?"],
    ['a flag', '{"--step-size": 3}', "there is no setting '--step-size'\n  Did you mean stepSize?"],
    ['an unknown key', '{"colour": 3}', "there is no setting 'colour'\n  There are: data, target, "],
    ['a key of all objects', '{"constructor": 3}', "there is no setting 'constructor'"],
    ['a text for a number', '{"width": "12"}', 'width is "12"\n  It must be a whole number, 1 or more.'],
    ['half a neuron', '{"width": 1.5}', 'width is 1.5\n  It must be a whole number, 1 or more.'],
    ['no neuron', '{"width": 0}', 'width is 0\n  It must be a whole number, 1 or more.'],
    ['no value', '{"noise": null}', 'noise is null\n  It must be a number, 0 or more, within the range of f32.'],
    ['more than float64 holds', '{"noise": 1e999}', 'noise is Infinity\n  It must be a number'],
    [
      'a seed that JSON rounds',
      '{"seed": 9007199254740993}',
      'seed is 9007199254740992\n  It must be a whole number, 0 or more. The most is',
    ],
    ['more than f32 holds', '{"noise": 1e39}', 'noise is 1e+39\n  It must be a number, 0 or more, within the range'],
    ['a batch', '{"batch": "all"}', `batch is "all"\n  It must be a whole number, 1 or more, or 'full'.`],
    [
      'a choice',
      '{"generate": "units"}',
      'generate is "units"\n  It must be one of gaussian, unit, orthonormal, paper. Did',
    ],
    ['a metric', '{"metrics": ["loss", "gpa"]}', "metrics: There is no metric 'gpa'\n  Did you mean gap?"],
    ['a metric alone', '{"metrics": "loss"}', 'metrics is "loss"\n  It must be a list of metrics.'],
    ['an activation', '{"activation": "tahn"}', "activation: There is no activation 'tahn'\n  Did you mean tanh?"],
    [
      'sizes upside down',
      '{"labelRange": [2, 1]}',
      'labelRange is [2,1]\n  It must be two numbers low,high with 0 <= low',
    ],
    ['a yes', '{"retractFirst": 1}', 'retractFirst is 1\n  It must be true or false.'],
    ['a field of a plan', '{"pin": {"warp": 1}}', 'pin is {"warp":1}\n  It must be like strategy=lane,space=data'],
    [
      'a schedule',
      '{"noiseSchedule": "cosin"}',
      "noiseSchedule: The schedule: there is no schedule 'cosin'\n  Did you mean",
    ],
    [
      'another command',
      '{"schema": 1, "command": "flow", "config": {}}',
      'it is a document of flatwalk flow\n  Give one of',
    ],
    [
      'a newer schema',
      '{"schema": 99, "command": "run", "config": {}}',
      'its schema is 99, and this flatwalk knows those up to',
    ],
    ['no config', '{"schema": 1, "command": "run"}', 'it has no config'],
  ];
  test.each(cases)('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(`walk.json: ${message}`);
  });

  test('data in the place of a config', () => {
    expect(() => readConfig('houses.csv', 'a,b\n1,2\n')).toThrow(
      'houses.csv: it is data, not a config\n  Give it with',
    );
  });
});
