import { expect, test } from 'vitest';
import { nothingFits } from '../../bench/peers/compare.ts';
import { type BenchFlags, refuseIdle } from '../../src/host/cli/bench-options.ts';

const none: BenchFlags = { in: 'node', peers: false, relative: false, update: false, thresholdGiven: false };

test.each<[flags: Partial<BenchFlags>, message: string, fix: string]>([
  [{ update: true }, '--update does nothing without --baseline', '--baseline FILE'],
  [{ relative: true }, '--relative does nothing without --baseline', '--baseline FILE'],
  [{ thresholdGiven: true }, '--threshold does nothing without --baseline', '--baseline FILE'],
  [{ update: true, relative: true }, '--update and --relative do nothing without', 'leave them out'],
  [{ peers: true, thresholdGiven: true }, '--threshold does nothing without', 'without --peers'],
  [{ baseline: 'a', update: true, thresholdGiven: true }, 'so --threshold would do nothing', 'Leave out --threshold'],
  [{ baseline: 'a', update: true, relative: true }, 'so --relative would do nothing', 'Leave out --relative'],
  [{ python: 'python3' }, '--python names the Python of the peers', 'Add --peers'],
  [{ peers: true, in: 'chrome' }, '--peers compares in Node only', 'Leave out --in chrome'],
])('%j is refused, with what to do', (flags, message, fix) => {
  const refusing = () => refuseIdle({ ...none, ...flags });
  expect(refusing).toThrow(message);
  expect(refusing).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT', fix: expect.stringContaining(fix) }));
});

test('what has its partner is accepted', () => {
  for (const flags of [
    {},
    { in: 'chrome' },
    { baseline: 'a' },
    { baseline: 'a', update: true },
    { baseline: 'a', thresholdGiven: true, relative: true },
    { peers: true },
    { peers: true, python: '/nope' },
  ] as const) {
    expect(() => refuseIdle({ ...none, ...flags })).not.toThrow();
  }
});

test('a filter that leaves nothing tells which peers are not here', () => {
  const reason = "there is no Python '/nope' to start: name one with --python or FLATWALK_PYTHON";
  const error = nothingFits('PyTorch', [{ name: 'PyTorch', reason }]);
  expect(error.message).toContain("No case and no peer has 'PyTorch' in its name");
  expect(error.message).toContain(`PyTorch is not here: ${reason}.`);
  expect(error).toMatchObject({ code: 'BAD_ARGUMENT', fix: expect.stringContaining('small/one run') });
});
