import { askedToEnd } from '../asked-to-end.ts';
import { readEnvironment } from '../environment.ts';
import { runMain, UserError } from '../user-error.ts';
import { startCodecServer } from './server.ts';

/** `npm run codec`: reads encrypted payloads for the Web UI and the `temporal` program, until it is asked to end. */
async function main(): Promise<void> {
  const ended = askedToEnd();
  const { codec, encryptionKeys } = readEnvironment();
  if (encryptionKeys.length === 0) throw new UserError('Nothing is encrypted without a key: set SLUICE_ENCRYPTION_KEY to the one that the worker has.');
  if (codec === null) throw new UserError('The codec server gives payloads to nobody without a token: set SLUICE_CODEC_TOKEN to one of at least 16 characters.');
  const server = await startCodecServer({ codec, encryptionKeys });
  console.log(`The codec server is at ${server.address} and answers the Web UI at ${codec.origin}.`);
  await ended;
  await server.close();
}

await runMain(main);
