import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './codec.ts';
import type { EncryptionKey } from './keys.ts';

/** Hides the message of a failure in a payload, so that it is encrypted with the rest. */
export const failureConverterPath = join(import.meta.dirname, '../../workflows/failure-converter.ts');

/** How every client and worker of ours writes and reads payloads. The codec is there without a key too: it says which key is missing. */
export function dataConverter(keys: readonly EncryptionKey[]): DataConverter {
  return { payloadCodecs: [encryptionCodec(keys)], ...(keys.length > 0 && { failureConverterPath }) };
}
