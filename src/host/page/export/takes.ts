/** What can be taken away, in words. */
export const takes = {
  report: { title: 'Report (.html)', words: 'Every figure, setting and number in one file that any browser opens.' },
  figures: { title: 'Figures (.svg, .png)', words: 'Every plot of the report, to edit or to put on a slide.' },
  table: { title: 'Table (.csv)', words: 'A line for each row and network, for pandas, R or a spreadsheet.' },
  json: { title: 'Everything as JSON', words: 'Settings, what computed, and rows; `flatwalk run FILE` runs it again.' },
  settings: { title: 'Settings (.json)', words: 'The settings alone, for `flatwalk run FILE`.' },
  weights: { title: 'Weights (.npz)', words: 'The networks as they are now, for NumPy.' },
  folder: {
    title: 'Results folder (.zip)',
    words: 'As `flatwalk run` writes it, for `flatwalk report`, `export`, and `run --resume` in the same browser.',
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly words: string }>>;

export type TakeName = keyof typeof takes;
export const takeNames = Object.keys(takes) as TakeName[];
