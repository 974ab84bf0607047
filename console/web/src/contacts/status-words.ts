import type { ContactStatus } from '../../../../workflows/messages/contact.ts';

export const statusWords: Record<ContactStatus, string> = {
  waiting: 'Waiting for a trigger', syncing: 'Syncing', 'in-sync': 'In sync', 'email-only': 'Email only', 'outside-segment': 'Outside the segment', error: 'Error',
  'needs-review': 'Needs review', paused: 'Paused', deleted: 'Deleted', merged: 'Merged',
};

/** A status as the list has it; a contact without a workflow has none yet. */
export const wordsOf = (status: string | null): string => (status === null ? 'Not looked at yet' : statusWords[status as ContactStatus] ?? status);
