/**
 * `npm run curvature`: traces, eigenvalues and spectral densities beside those of torch.func, and of PyHessian where it is
 * installed. The Python is that of FLATWALK_PYTHON, else python3; where it is not there or has no PyTorch, nothing is compared,
 * and the reason is said. Exit code 1 where figures disagree.
 */
import { Engine } from '../src/engine/index.ts';
import { openNodeGpu } from '../src/host/node/index.ts';
import { type CurvatureComparison, compareCurvature, disagreements, isAbsent } from './peers/curvature.ts';
import { peersFolder } from './peers/node.ts';
import { pythonProgram } from './peers/python.ts';

const { gpu } = await openNodeGpu();
const engine = await Engine.open({ gpu });
try {
  const python = pythonProgram(undefined);
  const found = await compareCurvature(engine, peersFolder() ?? '', python).catch((error: Error) => {
    if (!isAbsent(error)) throw error;
    console.log(`skipped: ${python} says: ${error.message} (FLATWALK_PYTHON names another; pip install torch numpy)`);
    return null;
  });
  if (found) process.exitCode = report(found);
} finally {
  engine.dispose();
}

function report(found: CurvatureComparison): number {
  console.log(`${engine.adapter.name} beside PyTorch ${found.version}, float64`);
  for (const { name, reason } of found.missing) console.log(`not compared: ${name}: ${reason}`);
  const wrong = disagreements(found);
  const number = (value: number) => value.toPrecision(9).padStart(16);
  for (const row of found.rows) {
    const verdict = wrong.includes(row) ? 'DISAGREES' : 'agrees';
    const errors = `off by ${row.error.toExponential(1)}, may be ${row.tolerance.toExponential(1)}`;
    const figures = `${number(row.ours)} ${number(row.theirs)}`;
    console.log(`${row.problem.padEnd(38)} ${`${row.what}, ${row.by}`.padEnd(48)} ${figures}  ${errors}  ${verdict}`);
  }
  console.log(`${found.rows.length - wrong.length} of ${found.rows.length} agree`);
  return wrong.length > 0 ? 1 : 0;
}
