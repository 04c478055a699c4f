/** Colours of figures and reports, by meaning, for both themes. Text and lines keep a contrast of 4.5 and 3 on their page. */

export type Theme = 'light' | 'dark';

/** Colours that differ between the things compared, in the order in which they are given out. */
const runs = {
  light: ['#0969da', '#b4560a', '#1a7f37', '#8250df', '#bf3989', '#0e7490', '#8a6100', '#57606a'],
  dark: ['#4493f8', '#f0a45c', '#56d364', '#ab7df8', '#f778ba', '#39c5cf', '#e3b341', '#9198a1'],
} as const;

/** Steps of the diverging scale on each side of zero. */
export const HEAT_STEPS = 12;

/** From the lowest value through zero to the highest. */
const ends = {
  light: { low: '#a84300', zero: '#f6f6f4', high: '#0b4f9e' },
  dark: { low: '#ff9d4d', zero: '#20262d', high: '#6cb0ff' },
} as const;

export const themes: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: {
    page: '#ffffff',
    ground: '#f6f7f9',
    edge: '#d0d7de',
    text: '#24292f',
    title: '#24292f',
    muted: '#57606a',
    measured: '#0969da',
    predicted: '#cf222e',
    other: '#57606a',
    fourth: '#8250df',
    faint: '#afb8c1',
    good: '#1a7f37',
    bad: '#cf222e',
    notice: '#fff8e1',
    'notice-edge': '#bf8700',
    alarm: '#ffebe9',
    ...numbered('run', runs.light),
    ...numbered('heat', heat('light')),
    ...numbered('heat-text', heat('light').map(legibleOn)),
  },
  dark: {
    page: '#0d1117',
    ground: '#161b22',
    edge: '#30363d',
    text: '#e6edf3',
    title: '#e6edf3',
    muted: '#9198a1',
    measured: '#4493f8',
    predicted: '#ff7b72',
    other: '#9198a1',
    fourth: '#ab7df8',
    faint: '#656c76',
    good: '#56d364',
    bad: '#ff7b72',
    notice: '#2b2410',
    'notice-edge': '#9e6a03',
    alarm: '#3a1618',
    ...numbered('run', runs.dark),
    ...numbered('heat', heat('dark')),
    ...numbered('heat-text', heat('dark').map(legibleOn)),
  },
};

export const RUN_COLOURS = runs.light.length;

const heatStep = (share: number) => Math.round(Math.max(-1, Math.min(1, share)) * HEAT_STEPS) + HEAT_STEPS;

/** The variable of a value between -1 and 1 on the diverging scale. */
export function heatColour(share: number): string {
  return `var(--heat-${heatStep(share)})`;
}

/** The variable of text on that colour. */
export function heatTextColour(share: number): string {
  return `var(--heat-text-${heatStep(share)})`;
}

/** The text with the colours of one theme in the place of variables, for programs that know none. */
export function resolveTheme(text: string, theme: Theme): string {
  return text.replaceAll(/var\(--([\w-]+)\)/g, (whole, name: string) => themes[theme][name] ?? whole);
}

function heat(theme: Theme): string[] {
  const { low, zero, high } = ends[theme];
  return Array.from({ length: 2 * HEAT_STEPS + 1 }, (_, k) => {
    const share = k / HEAT_STEPS - 1;
    return mixed(zero, share < 0 ? low : high, Math.abs(share));
  });
}

/** Black or white: one of them has a contrast of 4.5 with any colour. */
function legibleOn(colour: string): string {
  return luminance(colour) > 0.179 ? '#000000' : '#ffffff';
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Between two colours of the form #rrggbb. */
function mixed(from: string, to: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a + share * (b - a))
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

function numbered(name: string, colours: readonly string[]): Record<string, string> {
  return Object.fromEntries(colours.map((colour, k) => [`${name}-${k}`, colour]));
}
