import type { ComponentChildren } from 'preact';

export interface Column {
  readonly title: ComponentChildren;
  /** Digits stand below each other, on the right. */
  readonly number?: boolean;
}

interface TableProps {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** A row is as long as `columns`; its first cell names it. */
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** A table that scrolls by itself where it has no room. */
export function DataTable({ caption, columns, rows }: TableProps) {
  const kind = (k: number) => (columns[k].number ? 'number' : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section class="table-scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title }, k) => (
              <th key={k} scope="col" class={kind(k)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, r) => (
            <tr key={r}>
              {cells.map((cell, k) =>
                k === 0 ? (
                  <th key={k} scope="row" class={kind(k)}>
                    {cell}
                  </th>
                ) : (
                  <td key={k} class={kind(k)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
