import { Ajv2020 } from 'ajv/dist/2020.js';

const text = { type: 'string' } as const;

/** An object that has these and nothing else, as strict field validation asks it to be. */
function closed(required: readonly string[], properties: Readonly<Record<string, object>>): object {
  return { type: 'object', required, additionalProperties: false, properties };
}

const listOf = (items: object): object => ({ type: 'array', items });
const key = closed(['key'], { name: text, key: text });

const pod = closed([], {
  image: text,
  env: listOf(closed(['name'], { name: text, value: text, valueFrom: closed([], { secretKeyRef: key }) })),
});

/**
 * A TestRun of k6-operator (k6.io/v1alpha1) as far as we use one: names, types and what is required are facts of its
 * CRD; whatever else there may be in one, an export has no use for.
 */
const testRun = closed(['apiVersion', 'kind', 'metadata', 'spec'], {
  apiVersion: { const: 'k6.io/v1alpha1' },
  kind: { const: 'TestRun' },
  metadata: closed(['name'], {
    // The operator names Services after it, whose names are DNS labels, with a suffix of its own.
    name: { type: 'string', maxLength: 40, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
    labels: { type: 'object', additionalProperties: text },
    annotations: { type: 'object', additionalProperties: text },
  }),
  spec: closed(['parallelism', 'script'], {
    parallelism: { type: 'integer', format: 'int32' },
    arguments: text,
    script: closed([], { configMap: closed(['name'], { name: text, file: text }) }),
    initializer: pod,
    runner: pod,
  }),
});

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  formats: { int32: { type: 'number', validate: isInt32 } },
});
const validate = ajv.compile(testRun);

/** What an API server that has the CRD of k6-operator would have against a TestRun of ours, a line each. */
export function complaintsOfApiServer(run: unknown): readonly string[] {
  if (validate(run)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff;
}
