import { isGrpcServiceError } from '@temporalio/client';
import type { ConnectionLike } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import * as keys from '../../workflows/search-attributes.ts';
import { UserError } from '../user-error.ts';

const types = {
  KEYWORD: { name: 'Keyword', code: 2 },
  BOOL: { name: 'Bool', code: 5 },
  DATETIME: { name: 'Datetime', code: 6 },
} as const;

/**
 * Every search attribute of the workflows, by the type's name in the `temporal` program and its number in the API
 * (`temporal.api.enums.v1.IndexedValueType`). SQLite holds at most 10 Keywords and 3 of each other type.
 */
export const searchAttributes = Object.values(keys).map(({ name, type }) => ({ name, type: types[type].name, code: types[type].code }));

/**
 * Creates the search attributes that the namespace lacks; safe to repeat. The dev server's `--search-attribute` alone
 * does not do, since it is ignored once the data file exists.
 *
 * @throws UserError where one exists under another type, or where the server lets nobody create them (Temporal Cloud).
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<void> {
  const existing = await existingSearchAttributes(connection, namespace);
  const wrong = searchAttributes.find(({ name, code }) => name in existing.types && existing.types[name] !== code);
  if (wrong) {
    throw new UserError(`The search attribute ${wrong.name} of the namespace ${namespace} is no ${wrong.type}: remove it, or set TEMPORAL_NAMESPACE to a namespace of Sluice's own.`);
  }
  const missing = searchAttributes.filter(({ name }) => !(name in existing.types));
  if (missing.length === 0) return;
  if (!existing.mayCreate) {
    const list = missing.map(({ name, type }) => `${name} (${type})`).join(', ');
    throw new UserError(`The namespace ${namespace} lacks search attributes and does not let Sluice create them: create ${list} there.`);
  }
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, code }) => [name, code])),
  });
}

async function existingSearchAttributes(connection: ConnectionLike, namespace: string): Promise<{ types: Record<string, number>; mayCreate: boolean }> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return { types: customAttributes, mayCreate: true };
  } catch (error) {
    if (!isGrpcServiceError(error) || !operatorRefused.includes(error.code)) throw error;
  }
  // Temporal Cloud has no operator service, but tells the names: { Keyword01: 'SyncStatus', Bool01: 'InSegment' }.
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const types: Record<string, number> = {};
  for (const [column, name] of Object.entries(config?.customSearchAttributeAliases ?? {})) {
    const type = searchAttributes.find((attribute) => column.startsWith(attribute.type) && !column.startsWith('KeywordList'));
    types[name] = type?.code ?? 0;
  }
  return { types, mayCreate: false };
}

/** PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED. */
const operatorRefused = [7, 12, 16];

/**
 * Sets how long the namespace keeps closed workflows. The dev server's default of 24 h would let yesterday's import
 * vanish from the Web UI.
 */
export async function ensureRetention(connection: ConnectionLike, namespace: string, hours = 720): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const retention = msToTs(hours * 3_600_000);
  if (config?.workflowExecutionRetentionTtl?.seconds?.equals(retention.seconds ?? 0)) return;
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: retention } });
}
