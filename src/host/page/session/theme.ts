/** Light or dark: as the system says, or as the visitor has chosen. Colours of figures are those of reports. */
import { signal } from '@preact/signals';
import { type Theme, themes } from '../../figures/theme.ts';

const KEY = 'flatwalk-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** null: as the system says. */
export const chosenTheme = signal<Theme | null>(stored());
/** The theme in force. */
export const theme = signal<Theme>('light');

export function chooseTheme(next: Theme | null): void {
  chosenTheme.value = next;
  try {
    if (next) localStorage.setItem(KEY, next);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing shows the choice until the page is left.
  }
  apply();
}

/** Applies the theme, now and whenever the system changes its own. */
export function followTheme(): void {
  dark.addEventListener('change', apply);
  apply();
}

function apply(): void {
  theme.value = chosenTheme.value ?? (dark.matches ? 'dark' : 'light');
  const root = document.documentElement;
  root.dataset.theme = theme.value;
  for (const [name, colour] of Object.entries(themes[theme.value])) {
    if (/^(predicted|(run|heat|heat-text)-\d+)$/.test(name)) root.style.setProperty(`--${name}`, colour);
  }
  // What is drawn on canvases has no style of its own.
  document.dispatchEvent(new Event('themechange'));
}

function stored(): Theme | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === 'light' || text === 'dark' ? text : null;
  } catch {
    return null;
  }
}
