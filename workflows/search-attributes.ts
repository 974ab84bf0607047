import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Search attributes that people and scripts filter by. Never an email: they are not encrypted. */
export const Connection = defineSearchAttributeKey('Connection', SearchAttributeType.KEYWORD);
export const SyncStatus = defineSearchAttributeKey('SyncStatus', SearchAttributeType.KEYWORD);
export const HubSpotId = defineSearchAttributeKey('HubSpotId', SearchAttributeType.KEYWORD);
export const SalesforceIdKey = defineSearchAttributeKey('SalesforceId', SearchAttributeType.KEYWORD);
export const ErrorCategoryKey = defineSearchAttributeKey('ErrorCategory', SearchAttributeType.KEYWORD);
export const InSegment = defineSearchAttributeKey('InSegment', SearchAttributeType.BOOL);
export const LastSyncedAt = defineSearchAttributeKey('LastSyncedAt', SearchAttributeType.DATETIME);
