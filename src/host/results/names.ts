/** The names of the files in a results folder. */
export const SUMMARY = 'summary.json';
export const ROWS = 'metrics.ndjson';
export const FEATURES = 'features.ndjson';
export const CHECKPOINT = 'checkpoint.bin';
export const WEIGHTS = 'weights.npz';
export const REPORT = 'report.html';
/** In the folder that holds those of the cells of a sweep. */
export const SWEEP = 'sweep.json';
/** Folder of the weights on the way. */
export const WAY = 'weights';
export const onTheWay = (step: number) => `step-${step}.npz`;
