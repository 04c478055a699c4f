/** Goes on from a checkpoint in a process of its own; see resume.test.ts. Arguments: checkpoint, where to put the weights. */
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeCheckpoint, Engine } from '../../../src/engine/index.ts';
import { openNodeGpu } from '../../../src/host/node/gpu.ts';
import { resumeData, resumeSettings } from './resume-run.ts';

const [checkpoint, weights] = process.argv.slice(2);
const { gpu } = await openNodeGpu();
const engine = await Engine.open({ gpu });
const problem = await engine.problem(resumeData);
const outcome = await problem.train({ ...resumeSettings, resume: decodeCheckpoint(readFileSync(checkpoint)) }).finish();
writeFileSync(weights, new Uint8Array((await problem.weights()).buffer));
engine.dispose();
console.log(JSON.stringify(outcome));
