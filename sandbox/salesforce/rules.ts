import { z } from 'zod';
import { objectNames, type ObjectName } from './field.ts';
import { saveError, type SaveError } from './errors.ts';
import type { ObjectDefinition } from './objects.ts';
import { printValue, type Row } from './values.ts';

/** Refuses a save whose field has this value afterwards; `equals: null` means blank, `matches` is a regular expression over its text. */
export const validationRule = z.strictObject({
  object: z.enum(objectNames),
  field: z.string(),
  equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  matches: z.string().refine((text) => isPattern(text), 'not a regular expression').optional(),
  message: z.string(),
}).refine((rule) => rule.equals !== undefined || rule.matches !== undefined, 'a rule needs equals or matches');
export type ValidationRule = z.output<typeof validationRule>;

/** A duplicate rule by email among the records of one object. */
export const duplicateRule = z.strictObject({ object: z.enum(objectNames), mode: z.enum(['block', 'alert']) });
export type DuplicateRule = z.output<typeof duplicateRule>;

/** A record that refuses saves: `row` as another transaction holds it, `approval` as a process locked it. Without `times` until unlocked. */
export const lock = z.strictObject({ id: z.string(), kind: z.enum(['row', 'approval']).default('row'), times: z.int().positive().optional() });
export type Lock = z.output<typeof lock>;

export const rulesState = z.object({ validation: z.array(validationRule), duplicates: z.array(duplicateRule) });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** What an administrator set up in the org beside its fields. */
export class Rules {
  validation: ValidationRule[];
  duplicates: DuplicateRule[];
  #locks = new Map<string, Lock>();
  /** Accounts whose Contacts were saved, until when (epoch ms), and those of the transaction that runs. */
  #held = new Map<string, number>();
  #holding = new Set<string>();
  /** How often each record was refused for a lock. */
  readonly refused: Record<string, number> = {};

  constructor(saved?: z.output<typeof rulesState>) {
    this.validation = saved?.validation ?? [];
    this.duplicates = saved?.duplicates ?? [];
  }

  toJSON(): z.output<typeof rulesState> {
    return { validation: this.validation, duplicates: this.duplicates };
  }

  setDuplicateRule(rule: DuplicateRule): void {
    this.duplicates = [...this.duplicates.filter((one) => one.object !== rule.object), rule];
  }

  lock(id: string, rest: Omit<Lock, 'id'>): void {
    this.#locks.set(id, { id, ...rest });
  }

  unlock(id?: string): void {
    if (id === undefined) this.#locks.clear();
    else this.#locks.delete(id);
  }

  /** The refusal of a locked record; each call uses up one of its `times`. */
  lockError(id: string): SaveError | undefined {
    const held = this.#locks.get(id);
    if (!held) return undefined;
    if (held.times !== undefined) {
      held.times -= 1;
      if (held.times <= 0) this.#locks.delete(id);
    }
    if (held.kind === 'approval') return saveError('ENTITY_IS_LOCKED', 'This record is locked. If you need to edit it, contact your admin.');
    return this.#unable(id, id);
  }

  /** A save of a Contact locks its Account, as Salesforce does: what another request saves of it meanwhile is refused. */
  parentError(id: string, account: string, now: number): SaveError | undefined {
    if (!this.#holding.has(account) && (this.#held.get(account) ?? 0) > now) return this.#unable(id, account);
    this.#holding.add(account);
    return undefined;
  }

  endTransaction(heldUntil: number): void {
    for (const account of this.#holding) this.#held.set(account, heldUntil);
    this.#holding.clear();
  }

  #unable(id: string, locked: string): SaveError {
    this.refused[id] = (this.refused[id] ?? 0) + 1;
    return saveError('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${locked}`);
  }

  violated(object: ObjectDefinition, row: Row): SaveError[] {
    return this.validation.filter((rule) => rule.object === object.name && breaks(rule, object, row))
      .map((rule) => saveError('FIELD_CUSTOM_VALIDATION_EXCEPTION', rule.message, [rule.field]));
  }
}

function breaks(rule: ValidationRule, object: ObjectDefinition, row: Row): boolean {
  const field = object.fields.find((one) => one.name.toLowerCase() === rule.field.toLowerCase());
  if (!field) return false;
  const value = printValue(field, row[field.name] ?? null);
  if (rule.equals !== undefined && value !== rule.equals) return false;
  return rule.matches === undefined || new RegExp(rule.matches).test(value === null ? '' : String(value));
}

/** The refusal of a duplicate rule, with the records that match, as the duplicate rule header's documentation shows it. */
export function duplicatesDetected(object: ObjectName, rule: DuplicateRule, records: unknown[]): SaveError {
  const matchRecords = records.map((record) => ({ additionalInformation: [], fieldDiffs: [], matchConfidence: 100, record }));
  return saveError('DUPLICATES_DETECTED', 'Use one of these records?', [], {
    duplicateResult: {
      allowSave: rule.mode === 'alert',
      duplicateRule: `Standard_${object}_Duplicate_Rule`,
      duplicateRuleEntityType: object,
      errorMessage: 'Use one of these records?',
      matchResults: [{
        entityType: object, errors: [], matchEngine: 'ExactMatchEngine', matchRecords,
        rule: `Standard_${object}_Match_Rule_v1_0`, size: matchRecords.length, success: true,
      }],
    },
  });
}
