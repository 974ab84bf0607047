import { parseTime, hubspotTime } from './times.ts';
import type { Property } from './property.ts';

export type Problem = { name: string; code: string; message: string };
export type Checked = { value: string; problem?: undefined } | { value?: undefined; problem: Problem };

const MAX_LENGTH = 65_536;
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}$/;
const DAY = 86_400_000;

/**
 * Checks one value against its property and gives the form HubSpot stores. `current` is what is stored now (a leading ";" of a checkbox value
 * appends to it); `ownerExists` answers for owner properties. The empty string clears and is always valid.
 */
export function checkValue(property: Property, raw: string, current: string, ownerExists: (id: string) => boolean): Checked {
  const wrong = (code: string, message: string): Checked => ({ problem: { name: property.name, code, message } });
  if (raw === '') return { value: '' };
  if (raw.length > MAX_LENGTH) return wrong('VALUE_TOO_LONG', `${property.name} has ${raw.length} characters, more than the ${MAX_LENGTH} allowed`);
  switch (property.type) {
    case 'string':
      if (property.name === 'email') {
        const email = raw.trim().toLowerCase();
        return EMAIL.test(email) ? { value: email } : wrong('INVALID_EMAIL', `Email address ${raw} is invalid`);
      }
      return { value: raw };
    case 'number': {
      const number = raw.trim();
      return /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(number) && Number.isFinite(Number(number)) ? { value: number } : wrong('INVALID_DOUBLE', `${raw} was not a valid number.`);
    }
    case 'bool': {
      const bool = raw.toLowerCase();
      return bool === 'true' || bool === 'false' ? { value: bool } : wrong('INVALID_BOOLEAN', `${raw} was not a valid boolean. Valid values are true and false`);
    }
    case 'date': {
      const ms = /^\d{4}-\d{2}-\d{2}$/.test(raw) || /^-?\d+$/.test(raw) ? parseTime(raw) : undefined;
      if (ms === undefined) return wrong('INVALID_DATE', `${raw} was not a valid date.`);
      return ms % DAY === 0 ? { value: new Date(ms).toISOString().slice(0, 10) } : wrong('INVALID_DATE', `${raw} is at ${new Date(ms).toISOString().slice(11)}, not midnight!`);
    }
    case 'datetime': {
      const ms = parseTime(raw);
      return ms === undefined ? wrong('INVALID_LONG', `${raw} was not a valid long.`) : { value: hubspotTime(ms) };
    }
    case 'enumeration':
      return checkOption(property, raw, current, ownerExists, wrong);
    default:
      throw new Error(`Unknown property type ${String(property.type satisfies never)}`);
  }
}

function checkOption(property: Property, raw: string, current: string, ownerExists: (id: string) => boolean, wrong: (code: string, message: string) => Checked): Checked {
  if (property.referencedObjectType === 'OWNER') {
    return ownerExists(raw) ? { value: raw } : wrong('INVALID_OWNER_ID', `${raw} is not the id of an owner of this account`);
  }
  const known = new Set(property.options.map(({ value }) => value));
  const allowed = property.options.map(({ label, value }) => `label: ${label}, value: ${value}`).join('; ');
  if (property.fieldType !== 'checkbox') {
    return known.has(raw) ? { value: raw } : wrong('INVALID_OPTION', `${raw} was not one of the allowed options: [${allowed}]`);
  }
  const given = raw.split(';').map((part) => part.trim()).filter((part) => part !== '');
  const unknown = given.find((part) => !known.has(part));
  if (unknown !== undefined) return wrong('INVALID_OPTION', `${unknown} was not one of the allowed options: [${allowed}]`);
  const kept = raw.startsWith(';') && current !== '' ? current.split(';') : [];
  return { value: [...new Set([...kept, ...given])].join(';') };
}
