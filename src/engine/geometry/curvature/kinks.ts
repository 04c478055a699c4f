import type { Problem } from '../../problem.ts';

/**
 * Where the activation's second derivative does not exist and what every instrument takes there instead, in words; null for a
 * smooth activation. The curvature of a kinked network is that of the smooth piece that the weights lie in.
 */
export function kinkNote(problem: Problem): string | null {
  const { kinks, label } = problem.lowLevel.network.activation;
  if (kinks.length === 0) return null;
  const where = kinks.map((kink) => `z = ${kink}`).join(', ');
  return (
    `${label} has a kink at ${where}, where its second derivative is not defined: φ'' is taken as 0 there and φ' as its value ` +
    'from the left. Curvature is that of the piece in which the pre-activations lie, and says nothing about steps across kinks.'
  );
}
