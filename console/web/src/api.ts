/** A request that was not met; the message is a sentence for the person. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the console's server. @throws ApiError */
export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method, signal: signal ?? null, ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(method !== 'GET' && { 'x-sluice-console': '1' }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The console does not answer any more: see whether `npm run dev` still runs, and reload the page.');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T; // our own server's, of the same version
  const said = typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : `The console answered ${response.status}: reload the page.`;
  throw new ApiError(response.status, said);
}

/** Whatever was thrown, as a sentence. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
