/** Grids of settings for pages. What trains them is loaded when somebody first asks for one. */
import type { Settings } from '../../config/table.ts';
import { openEngine } from './engine.ts';
import type { Answer, Ask } from './requests.ts';
import { samplesFor } from './samples.ts';
import { FRAME } from './train.ts';
import type { HandlerContext } from './wire.ts';

const dataOf = async (settings: Settings) => (await samplesFor(settings)).data;

/** @throws LIMIT, BAD_ARGUMENT, and what the engine throws for settings that cannot be carried out */
export async function grid(
  { resume, ...options }: Ask<'grid'>,
  context: HandlerContext<'grid'>,
): Promise<Answer<'grid'>> {
  const { trainGrid } = await import('../../tasks/grid.ts');
  const engine = await openEngine();
  const submission = engine.adapter.software ? undefined : FRAME;
  return trainGrid(engine, options, dataOf, { ...context, submission }, resume);
}

/** @throws as `grid` */
export async function surveyGrid(options: Ask<'surveyGrid'>): Promise<Answer<'surveyGrid'>> {
  const tasks = await import('../../tasks/grid.ts');
  return tasks.surveyGrid(await openEngine(), options, dataOf);
}
