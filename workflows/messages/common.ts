import { defineSignal } from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';

/** Who sends a message, as people will read it. */
export const by = lazily(() => z.string().max(200).optional());
export const hubspotContactId = lazily(() => z.string().regex(/^[1-9]\d{0,19}$/, 'expected a HubSpot contact id'));
export const salesforceRecordId = lazily(() => z.string().regex(/^[A-Za-z0-9]{18}$/, 'expected a Salesforce id of 18 characters'));

/** Of messages that take nothing, or {}. */
export const emptyInput = lazily(() => z.strictObject({}));

/** Of connections, contacts, jobs and feeds. */
export const pause = defineSignal<[object?]>('pause');
export const resume = defineSignal<[object?]>('resume');
