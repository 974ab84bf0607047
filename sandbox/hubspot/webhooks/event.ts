/** The kinds of events the sandbox sends; there are none for lists and their members. */
export const EVENT_TYPES = ['contact.creation', 'contact.propertyChange', 'contact.deletion', 'contact.restore', 'contact.privacyDeletion', 'contact.merge'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What only some kinds of events carry. */
export type Particulars = {
  changeFlag?: 'NEW' | 'DELETED';
  propertyName?: string;
  propertyValue?: string;
  primaryObjectId?: number;
  mergedObjectIds?: number[];
  newObjectId?: number;
  numberOfPropertiesMoved?: number;
};

/** An event as it is posted. `eventId` is not unique; `attemptNumber` grows with each attempt. */
export type WebhookEvent = Particulars & {
  eventId: number;
  subscriptionId: number;
  portalId: number;
  appId: number;
  occurredAt: number;
  subscriptionType: EventType;
  attemptNumber: number;
  objectId: number;
  changeSource: string;
  sourceId: string;
};
