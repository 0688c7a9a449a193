import { basename } from 'node:path';
import type { BeamRules } from './beam-rules.ts';
import type { Flow } from './flow.ts';
import type { PusherRules } from './pusher-rules.ts';
import { refuse } from './read-yaml.ts';
import type { EmitRules } from './rules.ts';
import type { SurfaceFiles } from './surface-files.ts';

/**
 * Flows are found by file name, wait for events that there are, and send only texts that they plant.
 * @param rules as the code reads them
 * @throws InputError with file and line.
 */
export function proveFlows({ surface, flows }: SurfaceFiles, rules: unknown): void {
  const events = eventsOf(rules as EmitRules | PusherRules | BeamRules);
  const { dialects } = rules as Pick<EmitRules, 'dialects'>;
  for (const file of flows) {
    const { id, steps, plant = [], dialects: only = [] } = file.value as unknown as Partial<Flow> & Flow;
    const name = `${surface}/${basename(file.file).replace(/\.ya?ml$/, '')}`;
    if (id !== name) refuse(file, ['id'], `${id} stands in the file of ${name}`);
    for (const dialect of only) {
      if (!Object.hasOwn(dialects, dialect)) refuse(file, ['dialects'], `there is no dialect "${dialect}"`);
    }
    for (const [at, step] of steps.entries()) {
      const path = ['steps', at];
      if (step.await !== undefined && !events.includes(step.await)) {
        refuse(file, path, `"${step.await}" is no event: there are ${events.join(', ')}`);
      }
      for (const [text, canary] of JSON.stringify([step.with, step.expect]).matchAll(
        /\$([a-z][a-z0-9-]*)/g,
      )) {
        if (!plant.includes(canary ?? '')) refuse(file, path, `${text} is not planted: add it to plant`);
      }
    }
  }
}

function eventsOf(rules: EmitRules | PusherRules | BeamRules): readonly string[] {
  switch (rules.surface) {
    case 'emit':
      return Object.keys(rules.events);
    case 'pusher':
      return [...new Set(Object.values(rules.dialects).flatMap(({ events }) => Object.keys(events)))];
    case 'beam':
      return rules.connection.transitions.flatMap(({ event }) => (event === null ? [] : [event]));
  }
}
