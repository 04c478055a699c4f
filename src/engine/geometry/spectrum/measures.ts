/** What a measure of sharpness is. */
export interface SharpnessMeasure {
  /** As written in formulas. */
  readonly symbol: string;
  /** L the loss, θ the weights, N = m d, ρ the radius, g = ∇L, H = D²L, G = 2 JᵀJ, |θ| entry by entry. */
  readonly definition: string;
  readonly source: string;
}

const gaussNewton = 'J. Martens, New insights and perspectives on the natural gradient method, JMLR 21 (2020)';
const keskar = 'N. S. Keskar et al., On large-batch training for deep learning, ICLR 2017';
const sam = 'P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, Sharpness-aware minimization, ICLR 2021';
const asam = 'J. Kwon, J. Kim, H. Park, I. K. Choi, ASAM: adaptive sharpness-aware minimization, ICML 2021';
const modern =
  'M. Andriushchenko et al., A modern look at the relationship between sharpness and generalization, ICML 2023';

/** Every measure of `sharpness`, by name. */
export const sharpnessMeasures = {
  lambdaMax: {
    symbol: 'λ_max(H)',
    definition: 'The algebraically largest eigenvalue of the Hessian.',
    source: keskar,
  },
  lambdaMin: {
    symbol: 'λ_min(H)',
    definition: 'The algebraically smallest eigenvalue of the Hessian; negative at a saddle.',
    source: 'definition',
  },
  trace: {
    symbol: 'tr H',
    definition: 'The trace of the Hessian, in closed form.',
    source: 'K. Gatmiry, Z. Li, S. Reddi, S. Jegelka, ICML 2024',
  },
  gaussNewtonLambdaMax: {
    symbol: 'λ_max(G)',
    definition: 'The largest eigenvalue of the Gauss-Newton matrix G = 2 JᵀJ; λ_max(H) where L = 0.',
    source: gaussNewton,
  },
  gaussNewtonTrace: {
    symbol: 'tr G',
    definition: 'The trace of the Gauss-Newton matrix, 2 Σ_i ‖∇r_i‖², in closed form; tr H where L = 0.',
    source: gaussNewton,
  },
  ascentStep: {
    symbol: 'S_SAM',
    definition: 'L(θ + ρ g/‖g‖) − L(θ): one step uphill, to first order the worst. Not defined where g = 0.',
    source: sam,
  },
  eigenvectorStep: {
    symbol: 'S_v',
    definition:
      'max over ± of L(θ ± ρ v) − L(θ), v the unit eigenvector of λ_max(H): to second order the worst where g = 0.',
    source: `${sam}; ${keskar}`,
  },
  worstCase: {
    symbol: 'S_max',
    definition:
      'max over ‖δ‖ ≤ ρ of L(θ + δ) − L(θ), from below: the best of 0 and of 10 steps δ ← ρ ∇L(θ+δ)/‖∇L(θ+δ)‖ from each of g/‖g‖, v and −v.',
    source: `${sam}; the ascent: M. Journée et al., Generalized power method, JMLR 11 (2010)`,
  },
  averageCase: {
    symbol: 'S_avg',
    definition:
      'E L(θ + ρ u) − L(θ), u uniform on the unit sphere, or normal of the same mean square length; ρ² tr H / (2N) for small ρ.',
    source: modern,
  },
  fisherRao: {
    symbol: '‖θ‖²_FR',
    definition:
      'θᵀGθ = 2 ‖Jθ‖²: the squared length of θ in the Fisher information of labels with normal noise, for which L is the negative log likelihood.',
    source:
      'T. Liang, T. Poggio, A. Rakhlin, J. Stokes, Fisher-Rao metric, geometry, and complexity of neural networks, AISTATS 2019',
  },
  relativeFlatness: {
    symbol: 'κ_Tr',
    definition:
      'Σ_jk ⟨θ_j, θ_k⟩ tr H_jk over pairs of neurons, H_jk the d × d blocks of H; unchanged when neurons are rescaled.',
    source:
      'H. Petzka, M. Kamp, L. Adilova, C. Sminchisescu, M. Boley, Relative flatness and generalization, NeurIPS 2021',
  },
  scaledTrace: {
    symbol: '‖θ‖² tr H',
    definition: 'The trace times the squared norm of the weights; unchanged when all weights are rescaled together.',
    source: 'Y. Tsuzuku, I. Sato, M. Sugiyama, Normalized flat minima, ICML 2020, with one scale for all weights',
  },
  scaledLambdaMax: {
    symbol: '‖θ‖² λ_max(H)',
    definition:
      'The largest eigenvalue times the squared norm of the weights; unchanged when all weights are rescaled together.',
    source: 'Y. Tsuzuku, I. Sato, M. Sugiyama, Normalized flat minima, ICML 2020, with one scale for all weights',
  },
  adaptiveTrace: {
    symbol: 'tr(|θ| H |θ|)',
    definition:
      'Σ_k θ_k² H_kk, twice the adaptive average case over ρ²/N for small ρ; unchanged when neurons are rescaled.',
    source: modern,
  },
  adaptiveAscentStep: {
    symbol: 'S_ASAM',
    definition: 'L(θ + ρ |θ|² g / ‖|θ| g‖) − L(θ). Not defined where |θ| g = 0.',
    source: asam,
  },
  adaptiveWorstCase: {
    symbol: 'S_max^|θ|',
    definition:
      'max over ‖δ/|θ|‖ ≤ ρ of L(θ + δ) − L(θ), from below, by the ascent of the worst case with δ ← ρ |θ|² g / ‖|θ| g‖.',
    source: `${asam}; ${modern}`,
  },
  adaptiveAverageCase: {
    symbol: 'S_avg^|θ|',
    definition: 'E L(θ + ρ |θ| u) − L(θ), u as in the average case.',
    source: modern,
  },
} as const satisfies Record<string, SharpnessMeasure>;

export type SharpnessName = keyof typeof sharpnessMeasures;
