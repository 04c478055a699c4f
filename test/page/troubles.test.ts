import { expect, test } from 'vitest';
import { type Place, shareThatFits, troubleOf } from '../../src/host/page/trouble/troubles.ts';
import { errorCodes, FlatwalkError } from '../../src/model/errors.ts';

const place: Place = { secure: true, origin: 'https://example.org', gpu: true };

test.each(errorCodes)('%s: what is the matter, and what to do, each told once', (code) => {
  const { title, text, fix, stack } = troubleOf(new FlatwalkError(code, 'It broke', 'Mend it.'), place);
  expect(title).not.toBe('');
  expect(fix).not.toBe('');
  expect(text).not.toContain('Mend it.');
  expect(stack).toBeUndefined();
});

test('what is missing is told apart: a secure page, WebGPU, WebGPU in workers', () => {
  const error = new FlatwalkError('NO_WEBGPU', 'none', '');
  expect(troubleOf(error, { ...place, secure: false, gpu: false }).title).toContain('securely');
  expect(troubleOf(error, { ...place, gpu: false }).title).toContain('no WebGPU');
  expect(troubleOf(error, place).title).toContain('not for workers');
});

test('of a buffer that is too large, the share that fits', () => {
  const words = "The buffer 'x' needs 400 bytes, but this device's maxBufferSize is 100 bytes";
  expect(shareThatFits(words)).toBe(0.25);
  expect(troubleOf(new FlatwalkError('LIMIT', words, 'Use fewer.'), place).fix).toBe(
    'At most 25 % of it fits. Use fewer.',
  );
  expect(shareThatFits('Too many')).toBeNull();
});

test('a full or forbidden storage is no fault of the page', () => {
  expect(troubleOf(new DOMException('full', 'QuotaExceededError'), place).title).toContain('no room');
  expect(troubleOf(new DOMException('denied', 'SecurityError'), place).title).toContain('does not let');
});

test('what nobody has foreseen keeps its words and its place', () => {
  const { text, stack } = troubleOf(new TypeError('x is not a function'), place);
  expect(text).toBe('x is not a function');
  expect(stack).toContain('troubles.test');
  expect(troubleOf('a word', place)).toMatchObject({ text: 'a word', stack: 'a word' });
  expect(troubleOf(undefined, place).title).toContain('should not have happened');
});
