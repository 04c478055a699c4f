/**
 * `npm run figures`: the tables and the picture of what lies in bench/results. With `-- --from FILE` what the bundle has measured on
 * a card is put there first.
 */
import { writeFigures } from './peers/figures.ts';
import { splitBundle } from './peers/measured.ts';

const [option, file, ...rest] = process.argv.slice(2);
if (option !== undefined && (option !== '--from' || !file || rest.length > 0)) {
  throw new Error('Use: npm run figures [-- --from FILE]');
}
if (file) for (const line of splitBundle(process.cwd(), file)) console.log(line);
writeFigures(process.cwd());
