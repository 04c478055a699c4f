/** Tables as Markdown, for reports of faults and for chats. */

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table; what Markdown would take for signs of its own stays text. */
export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plainText).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A text within a line. */
export function plainText(text: string): string {
  return text.replaceAll(/[\\|*_`<[\]~]/g, (sign) => `\\${sign}`).replaceAll(/\s*\n\s*/g, ' ');
}
