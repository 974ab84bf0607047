import type { FastifyReply } from 'fastify';

/** What every server of ours says; each adds the statuses that it has besides, and puts into words what it expects. */
const common = { 404: 'There is nothing here.', 405: 'This method is not for here.', 500: 'Something went wrong here: send it again.' };

/** How a server refuses a request: a status, and one sentence as `message`. */
export function refusals<Status extends number>(sentences: Record<Status | 400 | 413, string>): (reply: FastifyReply, status: Status | 400 | 413 | keyof typeof common) => FastifyReply {
  const all: Record<number, string> = { ...common, ...sentences };
  return (reply, status) => reply.code(status).send({ message: all[status] });
}

/** The status of what fastify refuses by itself, or of a defect. */
export function statusOf(error: unknown): 400 | 413 | 500 {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return 413;
  return status >= 400 && status < 500 ? 400 : 500;
}

/** A body's JSON; undefined for what is none. */
export function jsonIn(body: unknown): unknown {
  try {
    return typeof body === 'string' || Buffer.isBuffer(body) ? JSON.parse(body.toString()) : undefined;
  } catch {
    return undefined;
  }
}
