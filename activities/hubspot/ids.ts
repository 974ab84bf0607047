import { z } from 'zod';
import type { HubSpotContactId } from '../../sync/records.ts';

const isContactId = (id: string): id is HubSpotContactId => /^\d+$/.test(id);

/** A contact id, which HubSpot sends as text, in a few places as a number. */
export const contactIdSchema = z.union([z.string(), z.number()]).transform(String).refine(isContactId);

/** `hs_merged_object_ids`: old ids, `;`-separated. */
export const mergedIds = (value: string | null | undefined): HubSpotContactId[] => (value ?? '').split(';').map((id) => id.trim()).filter(isContactId);
