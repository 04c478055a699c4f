/** `npm run pictures`: the pictures in docs/instruments, from what the instruments find on the adapter of FLATWALK_ADAPTER. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../src/engine/index.ts';
import { drawFigure } from '../src/host/figures/svg.ts';
import { openNodeGpu } from '../src/host/node/index.ts';
import { sharpnessPicture, tracePicture } from './instruments/curvature.ts';
import { flowPictures, walkPicture } from './instruments/manifold.ts';
import { spectrumPicture } from './instruments/spectrum.ts';

const folder = 'docs/instruments';
const { gpu } = await openNodeGpu();
const engine = await Engine.open({ gpu });
try {
  const walk = await walkPicture(engine);
  const spectrum = await spectrumPicture(engine);
  const pictures = {
    traces: await tracePicture(engine),
    sharpness: await sharpnessPicture(engine),
    ...(await flowPictures(engine)),
    walk: walk.figure,
    spectrum: spectrum.figure,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, figure] of Object.entries(pictures)) {
    writeFileSync(join(folder, `${name}.svg`), drawFigure(figure));
  }
  console.log(
    JSON.stringify({ adapter: engine.adapter.name, walk: walk.figures, spectrum: spectrum.figures }, null, 2),
  );
} finally {
  engine.dispose();
}
