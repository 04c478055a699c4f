/** Numbers as people read them. Spaces before units do not break. */

/** Few digits; thousands apart; a minus that is one; what is not finite in words or signs. */
export function shown(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'not finite';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return grouped(String(value));
  if (size >= 1e6 || size < 1e-4) return scientific(value, digits);
  return grouped(String(Number(value.toPrecision(digits))));
}

/** '1 row', '2 rows'. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${shown(count)} ${count === 1 ? one : many}`;
}

/** A share of one as per cent. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${shown(100 * share, 2)}\u00a0%` : shown(share);
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  if (!(seconds >= 60)) return `${shown(seconds, 3)}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes}\u00a0min` : `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}

/** For the ticks of axes: short, and without digits that say nothing. */
export function tick(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${signed(value / 1e6)}M`;
  if (size >= 1e4) return `${signed(value / 1e3)}k`;
  if (size !== 0 && size < 1e-3) return scientific(value, 3);
  return signed(value);
}

const signed = (value: number) => String(Number(value.toPrecision(6))).replace('-', '−');

function grouped(digits: string): string {
  const [whole, rest] = digits.replace('-', '−').split('.');
  // Narrow spaces that do not break, from five digits on.
  const spaced = whole.replace('−', '').length > 4 ? whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u202f') : whole;
  return rest === undefined ? spaced : `${spaced}.${rest}`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const power = [...exponent.replace('+', '')].map((c) => (c === '-' ? '⁻' : SUPERSCRIPTS[Number(c)])).join('');
  return `${String(Number(mantissa)).replace('-', '−')} × 10${power}`;
}
