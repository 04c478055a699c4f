/** The JSON Schema of config files, for editors: docs/config.schema.json. */
import { z } from 'zod';
import { defaultOf } from './flags.ts';
import { entry, keys } from './table.ts';

export function configSchema(): object {
  const fields = keys.map((key) => {
    const { kind, help, unit } = entry(key);
    const usual = defaultOf(key);
    const remarks = [unit && `unit: ${unit}`, usual && `default: ${usual}`].filter(Boolean);
    return [key, kind.schema.optional().describe(remarks.length > 0 ? `${help} (${remarks.join('; ')})` : help)];
  });
  const description = 'Settings of flatwalk run: the keys of a config file. Flags go over them.';
  const schema = ['$schema', z.string().optional().describe('where this schema is, for editors')];
  return z.toJSONSchema(z.strictObject(Object.fromEntries([schema, ...fields])).describe(description));
}
