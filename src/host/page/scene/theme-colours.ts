import { theme } from '../session/theme.ts';
import { colour, DARK, LIGHT } from './colours.ts';
import type { ThemeColours } from './messages.ts';

/** The page's colours as they are in force now, for what is drawn in the worker. @throws BAD_ARGUMENT for one that is no #rrggbb */
export function themeColours(): ThemeColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => colour(style.getPropertyValue(name).trim());
  return {
    surface: read('--surface'),
    grid: read('--edge'),
    muted: read('--muted'),
    axes: [read('--bad'), read('--good'), read('--fourth')],
    chosen: read('--accent'),
    // Between the page and the dark end of the scale, where grey of the page would be lost on one of them.
    others: (theme.value === 'dark' ? DARK : LIGHT).others,
    marker: read('--run-1'),
  };
}
