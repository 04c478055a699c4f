import type { kernels } from '../../engine/registry.ts';
import { roundedActivation } from '../accuracy.ts';
import {
  absolute,
  add,
  chainSum,
  divide,
  multiply,
  type Rounded,
  rounded,
  Sum,
  scaled,
  subtract,
} from '../rounding.ts';
import { noiseOf, settingsAt } from './draws.ts';
import { type Contents, Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

/** Whether a size is a number and below 2^64, the rule by which runs stop. */
export const isBounded = (size: number) => size < 2 ** 64;

/** e_i = Σ_j a_j φ(z_ij) − y_i */
export const residual: Oracle<Kernels['residual']> = (
  { preactivations, targets, status, residuals },
  p,
  c,
  choices,
) => {
  const { phi } = roundedActivation(choices.activation);
  const { y, a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(residuals);
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
    for (let i = 0; i < p.count; i++) {
      const output = chainSum(p.width, (j) => multiply(a(r, j), phi(z(r, j, i))));
      out.set(r * p.samples + p.first + i, subtract(output, y(r, p.first + i)));
    }
  }
  return { residuals: out };
};

/** pulls_i = s (Σ over parts of Σ_j a_j φ(z_ij) − y_i + σ ζ_i) with (s, σ) of replica r; one that cannot move is marked. */
export const noisyResidual: Oracle<Kernels['noisy_residual']> = (buffers, p, c, choices) => {
  const { partials, targets, settings, recorded, pulls, status } = buffers;
  const samples = c.SAMPLES;
  const noise = noiseOf(choices, c, settings, recorded);
  const out = new Expected(pulls);
  const stopped = new Expected(status);
  for (let r = 0; r < p.replicas; r++) {
    const { factor, noise: sigma } = settingsAt(settings, r, p.step, p, c, choices);
    const own = ownTargets(c, targets, r);
    for (let i = 0; i < p.count; i++) {
      const sample = p.first + i;
      const [output, slope, reach] = [0, 1, 2].map((which) =>
        chainSum(p.parts, (part) => partials[((r * p.parts + part) * 3 + which) * p.count + i]),
      );
      const drawn = noise(p.step, r, sample).noise;
      const pull = multiply(factor, add(subtract(output, own[sample]), multiply(sigma, drawn)));
      out.set(r * samples + sample, pull);
      const size = Math.abs(pull.value);
      if (![size * slope.value, size, slope.value, reach.value].every(isBounded)) {
        stopped.set(r, Math.min(stopped.values[r], p.step));
      }
    }
  }
  return { pulls: out, status: stopped };
};

/** C_ji (+)= scale·weights_i a_j φ'(z_ij); a replica that has stopped gets zeros, or keeps what it has */
export const gradientCoefficients: Oracle<Kernels['gradient_coefficients']> = (buffers, p, c, choices) => {
  const { preactivations, targets, weights, status, coefficients } = buffers;
  const { dphi } = roundedActivation(choices.activation);
  const { a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(coefficients);
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r] && p.keep === 1) continue;
    for (let j = 0; j < p.width; j++) {
      for (let i = 0; i < p.count; i++) {
        const cell = (r * p.width + j) * p.count + i;
        const value =
          p.step < status[r]
            ? multiply(p.scale, weights[r * p.samples + p.first + i], a(r, j), dphi(z(r, j, i)))
            : rounded(0);
        out.set(cell, p.accumulate === 1 ? add(out.get(cell), value) : value);
      }
    }
  }
  return { coefficients: out };
};

/** s_vi = Σ_j a_j φ'(z_ij) u_vji */
export const tangent: Oracle<Kernels['tangent']> = (
  { preactivations, projections, targets, tangents },
  p,
  c,
  choices,
) => {
  const { dphi } = roundedActivation(choices.activation);
  const { a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(tangents);
  for (let v = 0; v < p.vectors; v++) {
    const r = Math.floor(v / p.per_replica);
    for (let i = 0; i < p.count; i++) {
      const s = chainSum(p.width, (j) =>
        multiply(a(r, j), dphi(z(r, j, i)), projections[(v * p.width + j) * p.count + i]),
      );
      out.set(v * p.count + i, s);
    }
  }
  return { tangents: out };
};

/** C_vji = 2 a_j [ s_vi φ'(z_ij) + e_i φ''(z_ij) u_vji ] */
export const curvatureCoefficients: Oracle<Kernels['curvature_coefficients']> = (buffers, p, c, choices) => {
  const { preactivations, projections, tangents, residuals, targets, coefficients } = buffers;
  const { dphi, d2phi } = roundedActivation(choices.activation);
  const { a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(coefficients);
  for (let v = 0; v < p.vectors; v++) {
    const r = Math.floor(v / p.per_replica);
    for (let j = 0; j < p.width; j++) {
      for (let i = 0; i < p.count; i++) {
        const cell = (v * p.width + j) * p.count + i;
        const at = z(r, j, i);
        const straight = multiply(tangents[v * p.count + i], dphi(at));
        const bent = multiply(residuals[r * p.samples + p.first + i], d2phi(at), projections[cell]);
        out.set(cell, multiply(scaled(a(r, j), 2), add(straight, bent)));
      }
    }
  }
  return { coefficients: out };
};

/** Partial sums of vᵀHv = 2 Σ_i [ s_vi² + e_i Σ_j a_j φ''(z_ij) u_vji² ]: some samples an invocation, then a tree. */
export const probeForms: Oracle<Kernels['probe_forms']> = (buffers, p, c, choices) => {
  const { preactivations, projections, residuals, targets, forms } = buffers;
  const { dphi, d2phi } = roundedActivation(choices.activation);
  const { a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(forms);
  for (let r = 0; r < p.replicas; r++) {
    for (let v = 0; v < p.taken; v++) {
      for (const { chunk, begin, end } of chunks(p.count)) {
        const sum = new Sum();
        for (let i = begin; i < end; i++) {
          const u = (j: number) => projections[((r * p.taken + v) * p.width + j) * p.count + i];
          const s = chainSum(p.width, (j) => multiply(a(r, j), dphi(z(r, j, i)), u(j)));
          const bend = chainSum(p.width, (j) => multiply(a(r, j), d2phi(z(r, j, i)), u(j), u(j)));
          const e = residuals[r * p.samples + p.first + i];
          sum.add(scaled(add(multiply(s, s), multiply(e, bend)), 2));
        }
        out.set(((p.chunk + chunk) * p.replicas + r) * p.vectors + p.first_vector + v, sum.after(additions(c)));
      }
    }
  }
  return { forms: out };
};

/** The eight partial sums and maxima of shaders/observe.wgsl: some samples an invocation, then a tree. */
export const observe: Oracle<Kernels['observe']> = ({ preactivations, targets, partials }, p, c, choices) => {
  const { phi, dphi, d2phi } = roundedActivation(choices.activation);
  const { y, q, aim, a, z } = layout(p, c, targets, preactivations);
  const out = new Expected(partials);
  for (let r = 0; r < p.replicas; r++) {
    for (const { chunk, begin, end } of chunks(p.count)) {
      const [loss, steepness, bend] = [new Sum(), new Sum(), new Sum()];
      const steepnesses: Rounded[] = [];
      const disagreements: Rounded[] = [];
      const distances: Rounded[] = [];
      const residuals: Rounded[] = [];
      for (let i = begin; i < end; i++) {
        const sample = p.first + i;
        const column = Array.from({ length: p.width }, (_, j) => z(r, j, i));
        const slopes = column.map((at, j) => multiply(a(r, j), dphi(at)));
        const curves = column.map((at, j) => multiply(a(r, j), d2phi(at)));
        const e = subtract(
          chainSum(p.width, (j) => multiply(a(r, j), phi(column[j]))),
          y(r, sample),
        );
        const steep = chainSum(p.width, (j) => multiply(slopes[j], slopes[j]));
        const curve = chainSum(p.width, (j) => curves[j]);
        loss.add(multiply(e, e));
        steepness.add(multiply(q(r, sample), steep));
        bend.add(multiply(q(r, sample), e, curve));
        steepnesses.push(multiply(q(r, sample), steep));
        disagreements.push(subtract(Math.max(...column), Math.min(...column)));
        for (const at of column) distances.push(absolute(subtract(at, aim(r, sample))));
        residuals.push(absolute(e));
      }
      const fields = [
        ...[loss, steepness, bend].map((sum) => sum.after(additions(c))),
        ...[disagreements, distances].map(largest),
        rounded(residuals.filter((e) => !isBounded(e.value)).length),
        largest(residuals),
        largest(steepnesses),
      ];
      const base = ((p.chunk + chunk) * p.replicas + r) * fields.length;
      fields.forEach((field, k) => {
        out.set(base + k, field);
      });
    }
  }
  return { partials: out };
};

/** mean_i = (1/m) Σ_j z_ij, as the first neuron's plus the mean of the differences from it; then the rows z_ij − mean_i */
export const centre: Oracle<Kernels['centre']> = ({ preactivations, means, parts }, p) => {
  const out = new Expected(parts);
  const middle = new Expected(means);
  const { z } = layout({ ...p, samples: 0 }, { OWN_TARGETS: 0 }, [], preactivations);
  for (let r = 0; r < p.replicas; r++) {
    for (let i = 0; i < p.count; i++) {
      const cell = (row: number) => (r * (p.width + 1) + row) * p.count + i;
      const origin = z(r, 0, i);
      const total = chainSum(p.width - 1, (j) => subtract(z(r, j + 1, i), origin));
      const mean = add(origin, divide(total, p.width));
      middle.set(r * p.count + i, mean);
      out.set(cell(0), mean);
      for (let j = 0; j < p.width; j++) out.set(cell(j + 1), subtract(z(r, j, i), mean));
    }
  }
  return { means: middle, parts: out };
};

/** Where the packed targets and the pre-activations of a block have their numbers. */
function layout(
  p: { readonly width: number; readonly count: number; readonly samples: number },
  c: { readonly OWN_TARGETS: number },
  targets: Contents,
  preactivations: Contents,
) {
  const target = (replica: number, place: number) => targets[replica * c.OWN_TARGETS + place];
  return {
    y: (replica: number, sample: number) => target(replica, sample),
    q: (replica: number, sample: number) => target(replica, p.samples + sample),
    aim: (replica: number, sample: number) => target(replica, 2 * p.samples + sample),
    a: (replica: number, j: number) => target(replica, 3 * p.samples + j),
    z: (replica: number, j: number, i: number) => preactivations[(replica * p.width + j) * p.count + i],
  };
}

/** Additions that a term passes through in a workgroup that sums up 256: those of its invocation, then a tree's. */
const additions = ({ LANES }: { readonly LANES: number }) => Math.ceil(256 / LANES) + Math.log2(LANES);

/** Chunks of 256 samples. */
function chunks(count: number): { chunk: number; begin: number; end: number }[] {
  return Array.from({ length: Math.ceil(count / 256) }, (_, chunk) => {
    return { chunk, begin: chunk * 256, end: Math.min(chunk * 256 + 256, count) };
  });
}

/** The largest of numbers each known within its own error: known within the largest of the errors. */
function largest(numbers: readonly Rounded[]): Rounded {
  return numbers.reduce((a, b) => ({ value: Math.max(a.value, b.value), error: Math.max(a.error, b.error) }));
}
