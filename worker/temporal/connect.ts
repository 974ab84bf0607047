import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { dataConverter } from '../encryption/data-converter.ts';
import { readEncryptionKeys } from '../environment.ts';
import { UserError } from '../user-error.ts';

export interface TemporalConnection {
  connection: Connection;
  client: Client;
  namespace: string;
  address: string;
}

/**
 * The Temporal server that the environment or a profile file of the `temporal` program chooses (`TEMPORAL_ADDRESS` and
 * the rest of envconfig). `address` is undefined where nothing chooses one: then it is the dev server's turn.
 *
 * @throws UserError where the profile cannot be read.
 */
export function configuredTemporal(env: NodeJS.ProcessEnv = process.env): { address?: string; namespace: string; connectionOptions: ClientConnectConfig['connectionOptions'] } {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
    const address = connectionOptions.address;
    return { ...(address === undefined ? {} : { address }), namespace, connectionOptions };
  } catch (error) {
    throw new UserError(`The Temporal client settings cannot be read (${messageOf(error)}): correct the TEMPORAL_... variables or the profile file.`);
  }
}

/**
 * Connects to the configured Temporal server, else to a dev server on this machine. Close `connection` when done.
 *
 * @throws UserError where nothing answers within 5 s, the server refuses, the namespace does not exist, or SLUICE_ENCRYPTION_KEY is not as it must be.
 */
export async function connectTemporal(env: NodeJS.ProcessEnv = process.env): Promise<TemporalConnection> {
  const { connectionOptions, namespace, address } = withAddress(env);
  const keys = readEncryptionKeys(env);
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: 5_000 });
  } catch (error) {
    if (isGrpcServiceError(error)) throw new UserError(`Temporal at ${address} refused the connection (${error.details}): check TEMPORAL_API_KEY and the TLS settings.`);
    throw new UserError(`No Temporal server answers at ${address}: start one with \`npm run dev\`, or set TEMPORAL_ADDRESS.`);
  }
  try {
    await connection.withDeadline(Date.now() + 5_000, () => connection.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    await connection.close();
    const details = isGrpcServiceError(error) ? error.details : messageOf(error);
    throw new UserError(`Temporal at ${address} does not give access to the namespace ${namespace} (${details}): create it, or set TEMPORAL_NAMESPACE to another.`);
  }
  return { connection, client: new Client({ connection, namespace, dataConverter: dataConverter(keys) }), namespace, address };
}

/**
 * As `connectTemporal`, with the native connection that a Worker needs besides. Close both when done, after the
 * Worker's `run` has ended.
 */
export async function connectTemporalForWorker(env: NodeJS.ProcessEnv = process.env): Promise<TemporalConnection & { nativeConnection: NativeConnection }> {
  const temporal = await connectTemporal(env);
  const { connectionOptions, address } = withAddress(env);
  try {
    return { ...temporal, nativeConnection: await NativeConnection.connect({ ...connectionOptions, address }) };
  } catch (error) {
    await temporal.connection.close();
    throw new UserError(`Temporal at ${address} does not answer the worker (${messageOf(error)}): check the TLS settings.`);
  }
}

function withAddress(env: NodeJS.ProcessEnv): ReturnType<typeof configuredTemporal> & { address: string } {
  const configured = configuredTemporal(env);
  return { ...configured, address: configured.address ?? `127.0.0.1:${env['SLUICE_TEMPORAL_PORT'] || 7233}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
