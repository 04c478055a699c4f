import { median, sparkline } from '../figures/sparkline.ts';

/** Values of which the line is drawn; of more, every second one, and so on. */
const MOST_VALUES = 4096;

/** Of a row: which run it is of, and its metrics, a value a replica. */
interface LineRow {
  readonly run: string;
  readonly values: Readonly<Record<string, readonly (number | number[])[]>>;
}

/** The metric that the line shows: the first of these that the rows have. */
const preferred = ['loss', 'gap', 'manifoldTrace', 'trace'];

/** Values of one metric of one run, thinned out as they become many. */
export class Line {
  #metric: string | undefined;
  #run = '';
  #values: number[] = [];
  #every = 1;
  #count = 0;

  clear(): void {
    this.#values = [];
    this.#every = 1;
    this.#count = 0;
  }

  add({ run, values }: LineRow): void {
    if (run !== this.#run) {
      this.clear();
      this.#run = run;
      this.#metric = [...preferred, ...Object.keys(values)].find((name) => typeof values[name]?.[0] === 'number');
    }
    if (this.#metric === undefined) return;
    if (this.#count++ % this.#every === 0) this.#values.push(median((values[this.#metric] ?? []).map(Number)));
    if (this.#values.length < MOST_VALUES) return;
    this.#values = this.#values.filter((_, k) => k % 2 === 0);
    this.#every *= 2;
  }

  text(width: number): string {
    if (this.#values.length === 0) return 'no rows yet';
    const name = this.#run === 'train' ? this.#metric : `${this.#run}: ${this.#metric}`;
    const last = short(this.#values[this.#values.length - 1]);
    return `${name} ${sparkline(this.#values, Math.max(8, Math.min(60, width - `${name}  ${last}`.length)))} ${last}`;
  }
}

export const short = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value));
