import { InvalidArgumentError, type Command } from 'commander';
import * as z from 'zod';
import { webUiLinks, type WebUiLink } from '../../worker/links.ts';
import { connectTemporal } from '../../worker/temporal/connect.ts';
import { webUiAddress } from '../../worker/temporal/web-ui.ts';
import { SluiceFailure, createSluiceClient, type SluiceClient } from '../sluice-client.ts';

/** What a command works with. */
export interface Context {
  sluice: SluiceClient;
  /** The connection's lists in Temporal's Web UI; none where it is not known where that is. */
  views: WebUiLink[];
  /** Whether the answer goes out as JSON. */
  json: boolean;
  /** Prints the answer on stdout: `value` as JSON, or the words made of it. */
  answer: (value: unknown, words: () => string) => void;
  /** Prints a line on stderr, where it disturbs no script. */
  note: (line: string) => void;
}

const globals = z.object({ json: z.boolean().default(false), connection: z.string() });

/** Runs a command's work with a client of the connection chosen, and closes what it opened. */
export async function withSluice(command: Command, work: (context: Context) => Promise<void>): Promise<void> {
  const { json, connection: name } = globals.parse(command.optsWithGlobals());
  const { connection, client, namespace, address } = await connectTemporal();
  try {
    const uiUrl = webUiAddress(address);
    await work({
      sluice: createSluiceClient({ client, connection: name }), json,
      views: uiUrl === null ? [] : webUiLinks(uiUrl, namespace, name).views,
      answer: (value, words) => process.stdout.write(`${json ? JSON.stringify(value, null, 2) : words()}\n`),
      note: (line) => process.stderr.write(`${line}\n`),
    });
  } finally {
    await connection.close();
  }
}

/** The connection's name, as it stands in task queues and workflow ids. */
export function connectionName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('A connection has 1 to 40 lower-case letters, digits or dashes.');
}

/** A HubSpot contact id or an email address, as a person types it. */
export function contactName(text: string): string {
  if (/^\d+$/.test(text) || text.includes('@')) return text;
  throw new InvalidArgumentError('A contact is given by its HubSpot id (digits) or its email address.');
}

/** The HubSpot id of a contact given by id or email. @throws SluiceFailure `not-found` */
export async function contactId(sluice: SluiceClient, idOrEmail: string): Promise<string> {
  if (!idOrEmail.includes('@')) return idOrEmail;
  const id = await sluice.findContact(idOrEmail);
  if (id === null) throw new SluiceFailure('not-found', `HubSpot has no contact with the email ${idOrEmail}.`);
  return id;
}

/** A whole number above 0. */
export function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Give a whole number above 0.');
}

/** Puts examples at the top of a command's help. */
export function examples(command: Command, lines: string[]): Command {
  return command.addHelpText('before', ['Examples:', ...lines.map((line) => `  ${line}`), ''].join('\n'));
}
