/** What pages leave out of packages that bring more than they need, so that they are light. */
import { readFileSync } from 'node:fs';

const leftOut = [
  // Figures here have no maps, no dates, none of Plot's own colour schemes, legends and tips.
  /\/node_modules\/(d3-geo|d3-scale-chromatic|d3-time-format)\/.*\.m?js$/,
  /\/@observablehq\/plot\/src\/(legends\/(ramp|swatches)|marks\/tip|interactions\/pointer)\.js$/,
  // Pages check by schemas, and write none.
  /\/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/,
];

/** Files that do nothing but define; their package does not say so. */
const pure = /\/node_modules\/simple-statistics\/(index|src\/\w+)\.js$/;

/** Where Plot says by how much lines are moved on screens that are not dense. */
const screen = /\/@observablehq\/plot\/src\/style\.js$/;
const offset = /^export const offset = .*$/m;

/** A Vite plugin. A part that is left out can be named; whoever uses it gets an error. Figures are those of Node on any screen. */
export function leaveOut() {
  return {
    name: 'leave-out',
    apply: 'build',
    load(id) {
      if (leftOut.some((pattern) => pattern.test(id))) return emptied(id);
      if (pure.test(id)) return { code: readFileSync(id, 'utf8'), moduleSideEffects: false };
      if (!screen.test(id)) return null;
      const text = readFileSync(id, 'utf8');
      if (!offset.test(text)) throw new Error(`${id} does not say the offset of lines where it did`);
      return text.replace(offset, 'export const offset = 0;');
    },
  };
}

/** A module with the same names, all of which may be passed on and called, but not looked into. */
function emptied(id) {
  const text = readFileSync(id, 'utf8');
  const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
  const declared = [...text.matchAll(/^export (?:async )?(?:function|const|let|class) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const names = [...lists.map((one) => one.split(' as ').at(-1).trim()).filter(Boolean), ...declared];
  if (names.length === 0) throw new Error(`${id} has no exports that can be told from its text`);
  const message = JSON.stringify(`Pages have no ${id.replace(/^.*\//, '')}: see leave-out.mjs`);
  return `const absent = new Proxy(() => absent, { get() { throw new Error(${message}); } });
export { ${names.map((name) => `absent as ${name}`).join(', ')} };`;
}
