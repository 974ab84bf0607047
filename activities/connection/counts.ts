import { readContactCounts, type ContactCounts } from '../../workflows/visibility.ts';
import type { World } from '../world.ts';

/** The connection's contacts by status, and those in error by category, from visibility: eight cheap calls, nineteen where some are in error. */
export const contactCounts = ({ client, connection }: Pick<World, 'client' | 'connection'>): Promise<ContactCounts> =>
  readContactCounts(connection, async (query) => (await client.workflow.count(query)).count);
