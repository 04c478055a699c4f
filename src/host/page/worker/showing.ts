/** The problem that the experiment has on the device: kept after its run, for views of its weights, until the next one. */
import type { Problem } from '../../../engine/index.ts';

let shown: Problem | null = null;
const watchers = new Set<(problem: Problem | null) => void>();
const drawers = new Set<() => void>();

export function show(problem: Problem | null): void {
  if (shown !== problem) shown?.dispose();
  shown = problem;
  for (const watch of watchers) watch(problem);
}

/** Calls `watch` with the problem that is shown, now and whenever it is another. Returns what ends it. */
export function onShown(watch: (problem: Problem | null) => void): () => void {
  watchers.add(watch);
  watch(shown);
  return () => watchers.delete(watch);
}

/** The weights that are shown have moved. */
export function moved(): void {
  for (const draw of drawers) draw();
}

/** Calls `draw` whenever the weights have moved. Returns what ends it. */
export function onMoved(draw: () => void): () => void {
  drawers.add(draw);
  return () => drawers.delete(draw);
}
