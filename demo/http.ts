import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** A JSON request by plain `fetch`, so that what the demo sees does not go through Sluice. @throws where the answer is no 2xx. */
export async function request<S extends z.ZodType>(schema: S, url: string, init: { method?: string; token?: string; body?: unknown; form?: Record<string, string> } = {}): Promise<z.output<S>> {
  const { method = 'GET', token, body, form } = init;
  const send = (): Promise<Response> => fetch(url, {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(form !== undefined ? { body: new URLSearchParams(form) } : body !== undefined ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  let response = await send();
  // The worker may have used up the account's calls of these 10 s.
  for (let attempt = 0; response.status === 429 && attempt < 15; attempt++) {
    await response.body?.cancel();
    await sleep(1_000);
    response = await send();
  }
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return schema.parse(text === '' ? null : JSON.parse(text));
}

const calls = z.object({ byRoute: z.record(z.string(), z.number()) });
/** What is asked by another method than GET and writes nothing all the same; a composite call is what its parts are. */
const reading = /^POST \/cometd\/|\/(search|batch\/read|token|composite)$|\/composite\/sobjects\/:type$/;

/** How many calls that write a sandbox has counted since it started. */
export async function writeCalls(baseUrl: string): Promise<number> {
  const counted = await Promise.all(['calls', 'parts'].map((what) => request(calls, `${baseUrl}/_sandbox/${what}`)));
  const writes = counted.flatMap(({ byRoute }) => Object.entries(byRoute)).filter(([route]) => !route.startsWith('GET ') && !reading.test(route));
  return writes.reduce((sum, [, count]) => sum + count, 0);
}
