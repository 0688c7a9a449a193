/** What stands for the names in braces; undefined where the target has none of it. */
export type Values = Readonly<Record<string, string | undefined>>;

/** The values that a template lacks. */
export function lacking(template: string, values: Values): string[] {
  return namesIn(template).filter((name) => values[name] === undefined);
}

/** A template of the rules with its braces filled in. Call it only where nothing is lacking. */
export function fill(template: string, values: Values): string {
  return template.replace(braces, (_, name: string) => values[name] ?? '');
}

const braces = /\{([a-z]+(?:[-+][a-z0-9]+)*)\}/g;

function namesIn(template: string): string[] {
  return [...template.matchAll(braces)].flatMap(([, name]) => name ?? []);
}
