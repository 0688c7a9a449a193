import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isObject, type Json, type JsonObject } from '../../contract/json.ts';

/** What the CRD leaves to the API server, which holds every object's metadata against one type: the parts we use of it. */
const metadata = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    // The operator names Services after it, whose names are DNS labels, with a suffix of its own.
    name: { type: 'string', maxLength: 40, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const schema = JSON.parse(
  readFileSync(new URL('k6-operator/testrun.schema.json', import.meta.url), 'utf8'),
) as JsonObject;

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
// Int-or-string says what its `anyOf` says; the others are about merging.
for (const what of ['int-or-string', 'list-type', 'list-map-keys', 'map-type']) {
  ajv.addKeyword(`x-kubernetes-${what}`);
}
const validate = ajv.compile(closed({ ...schema, required: ['apiVersion', 'kind', 'metadata', 'spec'] }));

/**
 * What an API server that has the CRD of k6-operator would have against a TestRun, a line each. It is as strict as
 * kubectl asks it to be: what the schema does not name is refused, and not dropped without a word.
 */
export function complaintsOfApiServer(testRun: unknown): readonly string[] {
  if (validate(testRun)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

/** The schema with every object that names its properties closed to others. */
function closed({ properties, ...rest }: JsonObject): JsonObject {
  return inside({ ...rest, properties: { ...(properties as JsonObject), metadata } }) as JsonObject;
}

function inside(part: Json): Json {
  if (Array.isArray(part)) return part.map(inside);
  if (!isObject(part)) return part;
  const own = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inside(value)]));
  const isClosed = part.type === 'object' && 'properties' in part && !('additionalProperties' in part);
  return isClosed ? { ...own, additionalProperties: false } : own;
}
