import { brotliDecompressSync } from 'node:zlib';
import type { Client } from '@temporalio/client';

/** Handovers of a page. */
const packed = /(?<=br:)[A-Za-z0-9+/]+=*/g;

/** Every text within a decoded protobuf message: payloads as they were sent, those that are packed once more unpacked. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString('utf8');
    yield text;
    for (const [found] of text.matchAll(packed)) yield brotliDecompressSync(Buffer.from(found, 'base64')).toString('utf8');
  } else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part);
}

/** The runs of a connection, closed ones too, whose history, memo or search attributes hold one of these words: `contact/main/51 <run>`. */
export async function runsThatHold(client: Client, connection: string, words: readonly string[]): Promise<string[]> {
  const holding: string[] = [];
  for await (const { workflowId, runId, raw } of client.workflow.list({ query: `Connection = '${connection}'` })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory().catch((error: unknown) => {
      if (/not found/i.test(String(error))) return null; // deleted meanwhile
      throw error;
    });
    for (const text of textsIn([history?.events, raw])) {
      if (!words.some((word) => text.includes(word))) continue;
      holding.push(`${workflowId} ${runId}`);
      break;
    }
  }
  return holding.sort();
}
