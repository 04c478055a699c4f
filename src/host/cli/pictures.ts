/** Figures of a report as files of their own. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlatwalkError } from '../../engine/index.ts';
import { drawFigure } from '../figures/svg.ts';
import type { Theme } from '../figures/theme.ts';
import type { NamedFigure } from '../report/run-figures.ts';
import { makeFolder } from '../results/file.ts';
import { reason } from '../results/json.ts';
import { writeWhole } from './write-report.ts';

const ELSEWHERE = 'Choose another folder.';
/** Pixels of a PNG for each of the drawing: sharp on dense screens and in print. */
const DENSITY = 2;

/** SVG files; with the colours of the reader's theme where none is asked for. Returns their paths. @throws HOST */
export function writeSvg(figures: readonly NamedFigure[], folder: string, theme: Theme | 'reader'): string[] {
  return writeAll(figures, folder, 'svg', (figure) => drawFigure(figure, { theme }));
}

/** PNG files, drawn without a browser and without fonts of the system. Returns their paths. @throws HOST */
export async function writePng(figures: readonly NamedFigure[], folder: string, theme: Theme): Promise<string[]> {
  const rasterise = await openRasteriser();
  return writeAll(figures, folder, 'png', (figure) => rasterise(drawFigure(figure, { theme })));
}

function writeAll(
  figures: readonly NamedFigure[],
  folder: string,
  ending: string,
  draw: (figure: NamedFigure['figure']) => string | Uint8Array,
): string[] {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new FlatwalkError('HOST', `Cannot make ${folder}: ${reason(cause)}`, ELSEWHERE, { cause });
  }
  return figures.map(({ name, figure }) => {
    const path = join(folder, `${name}.${ending}`);
    writeWhole(path, draw(figure), ELSEWHERE);
    return path;
  });
}

let opened: ReturnType<typeof open> | undefined;

/** The WebAssembly can be set up only once in a process. */
function openRasteriser() {
  opened ??= open();
  return opened;
}

/** resvg, with the DejaVu fonts, which have the signs of mathematics. */
async function open(): Promise<(svg: string) => Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  await initWasm(readFileSync(findFile('@resvg/resvg-wasm/index_bg.wasm')));
  const fontBuffers = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(
    (name) => new Uint8Array(readFileSync(findFile(`dejavu-fonts-ttf/ttf/${name}`))),
  );
  const family = 'DejaVu Sans';
  return (svg) => {
    const drawing = new Resvg(svg, {
      font: { fontBuffers, defaultFontFamily: family, sansSerifFamily: family },
      fitTo: { mode: 'zoom', value: DENSITY },
    });
    const image = drawing.render();
    const png = image.asPng();
    image.free();
    drawing.free();
    return png;
  };
}

/** A file of a package: beside the built program, or where the package is installed. */
function findFile(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const beside = ['pictures/', '../pictures/'].map((folder) => fileURLToPath(new URL(folder + name, import.meta.url)));
  return beside.find((file) => existsSync(file)) ?? createRequire(import.meta.url).resolve(path);
}
