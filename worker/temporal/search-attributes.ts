import { isGrpcServiceError } from '@temporalio/client';
import type { ConnectionLike } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { UserError } from '../user-error.ts';

/**
 * What lists of workflows are filtered by. Never an email or another value of a contact: search attributes are not
 * encrypted. SQLite holds at most 10 Keywords and 3 of each other type.
 */
export const searchAttributes = {
  Connection: 'Keyword',
  SyncStatus: 'Keyword',
  HubSpotId: 'Keyword',
  SalesforceId: 'Keyword',
  ErrorCategory: 'Keyword',
  InSegment: 'Bool',
  LastSyncedAt: 'Datetime',
} as const;

/** `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueType = { Keyword: 2, Bool: 5, Datetime: 6 } as const;
const wanted = Object.entries(searchAttributes).map(([name, type]) => ({ name, type, code: indexedValueType[type] }));

/**
 * Creates the search attributes that the namespace lacks; safe to repeat. The dev server's `--search-attribute` alone
 * does not do, since it is ignored once the data file exists.
 *
 * @throws UserError where one exists under another type, or where the server lets nobody create them (Temporal Cloud).
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<void> {
  const existing = await existingSearchAttributes(connection, namespace);
  const wrong = wanted.find(({ name, code }) => name in existing.types && existing.types[name] !== code);
  if (wrong) {
    throw new UserError(`The search attribute ${wrong.name} of the namespace ${namespace} is no ${wrong.type}: remove it, or set TEMPORAL_NAMESPACE to a namespace of Sluice's own.`);
  }
  const missing = wanted.filter(({ name }) => !(name in existing.types));
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
    const type = wanted.find((attribute) => column.startsWith(attribute.type) && !column.startsWith('KeywordList'));
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
