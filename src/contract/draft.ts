import type { JsonObject } from './json.ts';

/** The drafts of JSON Schema that schemas of `specs/` are written in: those of messages, and those of our own files. */
export const drafts = {
  messages: 'http://json-schema.org/draft-07/schema#',
  formats: 'https://json-schema.org/draft/2020-12/schema',
} as const;

/**
 * Ajv looks a draft up by its name, and of a name that every object has it finds something else.
 * @throws Error where a schema names another draft.
 */
export function proveDraft({ $schema }: JsonObject, draft: (typeof drafts)[keyof typeof drafts]): void {
  if ($schema === undefined || $schema === draft) return;
  throw new Error(`$schema ${JSON.stringify($schema)}: there is only ${JSON.stringify(draft)}`);
}
