#!/usr/bin/env node
/** The program. It reads nothing of the rest before it knows that this Node can: an older one would fail in its own words. */
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `flatwalk: this is Node ${process.versions.node}, and flatwalk needs 20.19 or newer\n  Install it: https://nodejs.org\n`,
  );
  process.exit(5);
}
const { start } = await import('./start.ts');
await start();

export {};
