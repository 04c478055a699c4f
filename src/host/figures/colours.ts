/** Colours by meaning, legible in both themes and told apart by people who do not see all colours. */
export const colours = {
  /** What was measured or computed by flatwalk. */
  measured: 'var(--measured)',
  /** What the theory predicts. */
  predicted: 'var(--predicted)',
  /** What it is compared with. */
  other: 'var(--other)',
  fourth: 'var(--fourth)',
  faint: 'var(--faint)',
} as const;
