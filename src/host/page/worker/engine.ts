import { Engine } from '../../../engine/index.ts';

let opened: Promise<Engine> | null = null;

/** The worker's engine, or a new one where the last could not be opened or has lost its device. @throws NO_ADAPTER, ... */
export function openEngine(): Promise<Engine> {
  if (opened) return opened;
  const mine = Engine.open();
  opened = mine;
  const forget = () => {
    if (opened === mine) opened = null;
  };
  mine.then((engine) => {
    engine.device.lost.then(() => {
      engine.dispose();
      forget();
    });
  }, forget);
  return mine;
}
