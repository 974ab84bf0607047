import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';

const require = createRequire(import.meta.url);
const attributes = z.array(z.object({ name: z.string(), baseName: z.string(), type: z.string(), format: z.string() }));
const model = z.record(z.string(), z.unknown());

export type Deviation = string;

/**
 * Compares an answer with a model of @hubspot/api-client, as it is installed: each field known, of the right type, and those that are not optional
 * there. Gives what deviates, in words; `extra` are fields that HubSpot sends and the model does not know.
 */
export function deviations(family: string, name: string, answer: unknown, extra: readonly string[] = [], at = name): Deviation[] {
  const object = model.safeParse(answer);
  if (!object.success || Array.isArray(answer)) return [`${at} is no object`];
  const known = attributesOf(family, name);
  const found: Deviation[] = [];
  for (const [key, value] of Object.entries(object.data)) {
    const attribute = known.find(({ baseName }) => baseName === key);
    if (attribute) found.push(...typeDeviations(family, attribute.type, value, extra, `${at}.${key}`));
    else if (!extra.includes(key)) found.push(`${at}.${key} is not in the model`);
  }
  for (const key of requiredOf(family, name)) {
    const baseName = known.find((attribute) => attribute.name === key)?.baseName ?? key;
    if (!(baseName in object.data)) found.push(`${at}.${baseName} is missing`);
  }
  return found;
}

function typeDeviations(family: string, type: string, value: unknown, extra: readonly string[], at: string): Deviation[] {
  const wrong = (ok: boolean): Deviation[] => (ok ? [] : [`${at} is no ${type}: ${JSON.stringify(value)}`]);
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return Array.isArray(value) ? value.flatMap((each: unknown, place) => typeDeviations(family, list, each, extra, `${at}[${place}]`)) : wrong(false);
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) {
    const entries = model.safeParse(value);
    return entries.success ? Object.entries(entries.data).flatMap(([key, each]) => typeDeviations(family, map, each, extra, `${at}.${key}`)) : wrong(false);
  }
  switch (type.replace(' | null', '')) {
    case 'any':
      return [];
    case 'string':
      return wrong(typeof value === 'string' || (value === null && at.includes('.properties.')));
    case 'number':
      return wrong(typeof value === 'number');
    case 'boolean':
      return wrong(typeof value === 'boolean');
    case 'Date':
      return wrong(typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(value));
    default:
      if (type.endsWith('Enum')) return wrong(typeof value === 'string' && enumOf(family, type).includes(value));
      return isUnion(family, type) ? wrong(typeof value === 'object' && value !== null) : deviations(family, type, value, extra, at);
  }
}

function file(family: string, name: string, ending: string): string {
  return require.resolve(`@hubspot/api-client/lib/codegen/${family}/models/${name}.js`).replace(/\.js$/, ending);
}

function attributesOf(family: string, name: string): z.output<typeof attributes> {
  const found = model.parse(require(file(family, name, '.js')))[name];
  if (typeof found !== 'function') throw new Error(`${name} is no model of ${family}`);
  return attributes.parse(Object.fromEntries(Object.entries(found))['attributeTypeMap']);
}

/** A choice between models is no class: its module has one of another name. */
function isUnion(family: string, name: string): boolean {
  return !(name in model.parse(require(file(family, name, '.js'))));
}

/** The names without a question mark in the model's type declaration. */
function requiredOf(family: string, name: string): string[] {
  const text = readFileSync(file(family, name, '.d.ts'), 'utf8');
  return [...text.matchAll(/^ {4}'(\w+)': /gm)].map(([, key]) => key ?? '');
}

/** The values of an enumeration, from the declaration of the model that has it. */
function enumOf(family: string, type: string): string[] {
  for (const owner of ownersOf(type)) {
    try {
      const body = new RegExp(`enum ${type} \\{([^}]*)\\}`).exec(readFileSync(file(family, owner, '.d.ts'), 'utf8'))?.[1];
      if (body !== undefined) return [...body.matchAll(/= "([^"]*)"/g)].map(([, value]) => value ?? '');
    } catch {
      // A shorter prefix may be the model.
    }
  }
  throw new Error(`The enumeration ${type} was not found`);
}

/** `PublicOwnerTypeEnum` may stand in `PublicOwnerType`, `PublicOwner`, `Public`. */
function ownersOf(type: string): string[] {
  const words = type.replace(/Enum$/, '').split(/(?=[A-Z])/);
  return words.map((_, end) => words.slice(0, words.length - end).join(''));
}
