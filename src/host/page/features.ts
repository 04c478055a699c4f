import type { Features } from './messages.ts';

export interface FeatureTable {
  readonly title: string;
  readonly values: Features;
  /** What the rows are called. */
  readonly row: string;
}

/** Shows small matrices as tables of numbers whose cells are coloured by size and sign, on one scale. */
export function showFeatures(place: HTMLElement, tables: readonly FeatureTable[]): void {
  const largest = Math.max(...tables.flatMap(({ values }) => values.flat()).map(Math.abs), 1e-9);
  place.replaceChildren(...tables.map((table) => makeTable(table, largest)));
}

function makeTable({ title, values, row }: FeatureTable, largest: number): HTMLTableElement {
  const table = document.createElement('table');
  table.className = 'features';
  table.createCaption().textContent = title;
  const head = table.createTHead().insertRow();
  head.append(heading('', 'col'), ...(values[0] ?? []).map((_, i) => heading(`x${subscript(i + 1)}`, 'col')));
  const body = table.createTBody();
  for (const [j, numbers] of values.entries()) {
    const line = body.insertRow();
    line.append(heading(values.length > 1 ? `${row} ${j + 1}` : row, 'row'));
    for (const value of numbers) {
      const cell = line.insertCell();
      cell.textContent = value.toFixed(2).replace('-', '−');
      cell.className = value < 0 ? 'low' : 'high';
      cell.style.setProperty('--share', `${Math.round((60 * Math.abs(value)) / largest)}%`);
    }
  }
  return table;
}

function heading(text: string, scope: 'col' | 'row'): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

const subscript = (value: number) => Array.from(String(value), (c) => '₀₁₂₃₄₅₆₇₈₉'[Number(c)]).join('');
