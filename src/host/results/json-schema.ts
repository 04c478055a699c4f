/** The forms of results as JSON Schemas, for readers in other languages. */
import * as z from 'zod';
import { featuresSchema, rowSchema, summarySchema } from './schema.ts';

const forms = { summary: summarySchema, row: rowSchema, features: featuresSchema };

/** By the name of its file in docs/results. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(forms).map(([name, schema]) => [
      `${name}.schema.json`,
      z.toJSONSchema(schema, { io: 'input', reused: 'ref' }),
    ]),
  );
}
