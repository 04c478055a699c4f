/** Milliseconds of arithmetic after which others get their turn. Results do not depend on it. */
const TURN = 20;

/** A function to await between pieces of arithmetic on the host: where enough has been done, the event loop goes round. */
export function turns(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began <= TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    began = performance.now();
  };
}
