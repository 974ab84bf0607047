/** Who wrote a value, as `propertiesWithHistory` reports it. */
export type Source = { sourceType: string; sourceId: string; sourceLabel?: string; updatedByUserId?: number };
export type HistoryEntry = Source & { value: string; timestamp: string };
/** Per property, newest first. */
export type History = Record<string, HistoryEntry[]>;
/** Values that are set; a blank one has no key. */
export type Values = Readonly<Record<string, string>>;

/** Replaced, never changed in place: whoever holds one holds the state of that moment. Times in epoch ms. */
export type Contact = {
  readonly id: string;
  readonly values: Values;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archived: boolean;
  readonly archivedAt?: number;
};

/** What was done to a contact, and by whom. A merge is told three times: of the two records that go, then of the one that comes. */
export type Cause =
  | { kind: 'write' | 'privacyDeletion' | 'purge'; source: Source }
  | { kind: 'merge'; source: Source; primary: Contact; loser: Contact };

export type Writes = Record<string, string>;
/** One validated change: a new contact has no `before`. */
export type Change = { before: Contact | undefined; writes: Writes };
