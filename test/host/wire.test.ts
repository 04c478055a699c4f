import { expect, test } from 'vitest';
import { decode, encode } from '../../src/host/chrome/wire.ts';
import { FlatwalkError } from '../../src/model/errors.ts';

const there = (value: unknown) => decode(encode(value));

test('values pass unchanged', () => {
  const values = [0, -0, 1e-300, Number.NaN, Infinity, -Infinity, 'text', '', true, null, [], {}, [[1], { a: [null] }]];
  expect(there(values)).toEqual(values);
  expect(Object.is(there(-0), -0)).toBe(true);
});

test('keys that look like the encoding pass unchanged', () => {
  const value = JSON.parse('{"$number": "7", "$$error": {}, "__proto__": {"polluted": true}, "constructor": 1}');
  const arrived = there(value) as Record<string, unknown>;
  expect(JSON.stringify(arrived)).toBe(JSON.stringify(value));
  expect(arrived.polluted).toBeUndefined();
});

test('typed arrays become arrays, absent entries stay absent', () => {
  expect(there({ a: Float32Array.of(1, Number.NaN), b: undefined })).toEqual({ a: [1, Number.NaN] });
});

test('errors arrive as themselves, with their causes', () => {
  const cause = new TypeError('the cause');
  const error = there(new FlatwalkError('LIMIT', 'too large', 'Take less.', { cause })) as FlatwalkError;
  expect(error).toBeInstanceOf(FlatwalkError);
  expect(error).toMatchObject({ code: 'LIMIT', message: 'too large\n  Take less.', fix: 'Take less.' });
  expect(error.cause).toMatchObject({ name: 'TypeError', message: 'the cause', stack: cause.stack });
});

test('what has no text is refused', () => {
  expect(() => encode({ run: () => {} })).toThrow(/function/);
});
