/** `npm run figures`: the tables and the picture of what lies in bench/results. */
import { writeFigures } from './peers/figures.ts';

writeFigures(process.cwd());
