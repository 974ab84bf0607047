import assert from 'node:assert/strict';
import { after } from 'node:test';
import { Connection, type ConnectionConfig } from 'jsforce';
import { setDefaults } from 'jsforce/lib/request.js';
import { startSalesforceSandbox, type SalesforceSandboxOptions } from '../../../sandbox/salesforce/start.ts';

export const API = '/services/data/v67.0';

/** Starts an empty org for one test file and closes it after its tests. */
export async function startOrg(options: Partial<SalesforceSandboxOptions> = {}) {
  const sandbox = await startSalesforceSandbox({ port: 0, seed: { seed: 'empty' }, ...options });
  after(() => sandbox.close());
  return sandbox;
}

/** jsforce logged in by client credentials. Its own retries are off, so that each call is one request. */
export async function login(url: string, more: ConnectionConfig = {}): Promise<Connection> {
  setDefaults({ retry: { methods: [] } });
  const connection = new Connection({ loginUrl: url, instanceUrl: url, version: '67.0', oauth2: { loginUrl: url, clientId: 'sandbox', clientSecret: 'sandbox' }, ...more });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

/** A request to the control path; answers the parsed body. */
export async function control(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${url}/_sandbox/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** The error codes of a refused jsforce call, whether one or several. */
export async function codesOf(call: PromiseLike<unknown>): Promise<string[]> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    const found = 'data' in error ? error.data : undefined;
    if (error.name === 'MULTIPLE_API_ERRORS' && Array.isArray(found)) return found.map((one: { errorCode: string }) => one.errorCode);
    return [error.name];
  }
  return [];
}

/** The error codes of a collection's rows; a row that was saved gives `ok`. */
export function rowCodes(rows: unknown): string[] {
  assert.ok(Array.isArray(rows));
  return rows.map((row: { success: boolean; errors: { statusCode: string }[] }) => (row.success ? 'ok' : (row.errors[0]?.statusCode ?? '?')));
}
