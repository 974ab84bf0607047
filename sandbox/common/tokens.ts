import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';

export type TokenState = 'valid' | 'expired' | 'revoked' | 'unknown';
export type Token = { token: string; kind: string; state: TokenState; issuedAt: number; expiresAt: number | null; about: string };
export type TokenRequest = { kind: string; prefix: string; ttlMs?: number | undefined; about?: string | undefined; token?: string | undefined };

/** Bearer, refresh and authorization tokens with expiry and revocation on the sandbox's clock, kept in its database. */
export class Tokens {
  readonly #clock: Clock;
  readonly #database: Database;

  constructor(clock: Clock, database: Database) {
    this.#clock = clock;
    this.#database = database;
    database.exec(
      'CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, kind TEXT NOT NULL, issuedAt INTEGER NOT NULL, expiresAt INTEGER, revoked INTEGER NOT NULL DEFAULT 0, about TEXT NOT NULL)',
    );
  }

  /** Makes a token (or registers the given one). Without `ttlMs` it never expires. `about` is free text: a user, scopes as JSON. */
  issue(request: TokenRequest): string {
    const token = request.token ?? request.prefix + randomBytes(24).toString('base64url');
    const now = this.#clock.now();
    const expiresAt = request.ttlMs === undefined ? null : now + request.ttlMs;
    this.#database.run(
      'INSERT OR REPLACE INTO tokens (token, kind, issuedAt, expiresAt, revoked, about) VALUES (?, ?, ?, ?, 0, ?)',
      token, request.kind, now, expiresAt, request.about ?? '',
    );
    return token;
  }

  find(token: string): Token {
    const row = this.#database.get('SELECT kind, issuedAt, expiresAt, revoked, about FROM tokens WHERE token = ?', token);
    if (!row) return { token, kind: '', state: 'unknown', issuedAt: 0, expiresAt: null, about: '' };
    const expiresAt = row['expiresAt'] === null ? null : Number(row['expiresAt']);
    let state: TokenState = 'valid';
    if (row['revoked'] === 1) state = 'revoked';
    else if (expiresAt !== null && expiresAt <= this.#clock.now()) state = 'expired';
    return { token, kind: String(row['kind']), state, issuedAt: Number(row['issuedAt']), expiresAt, about: String(row['about']) };
  }

  check(token: string): TokenState {
    return this.find(token).state;
  }

  revoke(token: string): void {
    this.#database.run('UPDATE tokens SET revoked = 1 WHERE token = ?', token);
  }

  /** Revokes every token of a kind, or all. */
  revokeAll(kind?: string): void {
    if (kind === undefined) this.#database.run('UPDATE tokens SET revoked = 1');
    else this.#database.run('UPDATE tokens SET revoked = 1 WHERE kind = ?', kind);
  }
}
