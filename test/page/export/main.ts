/** Makes every file of an export in a page, from the files of results folders as texts; they leave it as base64. */
import { pageEnvironment } from '../../../src/host/page/export/environment.ts';
import { configFile, csvFile, folderFiles, jsonFile, type OutFile } from '../../../src/host/page/export/files.ts';
import { zipFile } from '../../../src/host/page/export/zip.ts';
import { parseFeatures, parseRow, parseSummary } from '../../../src/host/results/parse.ts';

export interface FolderTexts {
  readonly path: string;
  readonly summary: string;
  readonly rows: readonly string[];
  readonly features: readonly string[];
}

declare global {
  var makeFiles: (folders: FolderTexts[]) => Promise<[name: string, base64: string][]>;
  var coloursOf: (base64: string) => Promise<string[]>;
  var environmentHere: () => ReturnType<typeof pageEnvironment>;
}

globalThis.makeFiles = async (folders) => {
  const all = folders.map(({ path, summary: text, rows, features }) => {
    const summary = parseSummary(text, path);
    return {
      path,
      summary,
      rows: rows.map((row) => parseRow(row, path)),
      features: features.map((matrix) => parseFeatures(matrix, path)),
      running: summary.outcome.kind === 'running',
    };
  });
  const { figureFiles, reportFile, reportText } = await import('../../../src/host/page/export/drawn.ts');
  const [results] = all;
  const files = [
    ...all.flatMap((one) => [csvFile(one), jsonFile(one), configFile(one)]),
    ...all.map((one) => reportFile([one])),
    reportFile(all),
    ...(await figureFiles(all, 'dark')),
    await zipFile(results.path, folderFiles({ results, report: reportText([results]) })),
  ];
  return Promise.all(files.map(async (file) => [file.name, await base64(file)] as [string, string]));
};

globalThis.coloursOf = async (picture) => {
  const image = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))]));
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const colours = new Set<string>();
  for (let at = 0; at < data.length; at += 4) {
    colours.add(`#${Array.from(data.subarray(at, at + 3), (part) => part.toString(16).padStart(2, '0')).join('')}`);
  }
  return [...colours];
};

globalThis.environmentHere = () =>
  pageEnvironment({ name: 'an adapter', software: true } as Parameters<typeof pageEnvironment>[0], 'abc', navigator);

function base64({ bytes }: OutFile): Promise<string> {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ''));
    reader.readAsDataURL(new Blob([bytes]));
  });
}
