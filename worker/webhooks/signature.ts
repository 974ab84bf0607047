import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** HubSpot's own limit for its requests; held against clocks that run ahead as well [HS-WH]. */
const windowMs = 5 * 60_000;

export interface SignedRequest {
  /** The app's client secret, with which HubSpot signs. */
  secret: string;
  /** The public URL that HubSpot was given. */
  url: string;
  /** As it reached us: behind a proxy, the path may be another one, but the query is the sender's. */
  requestUrl: string;
  headers: IncomingMessage['headersDistinct'];
  body: Buffer;
  now: number;
}

/** Whether HubSpot signed this POST within the last five minutes: signature version 3, over the bytes that came [HS-WH]. */
export function isSigned({ secret, url, requestUrl, headers, body, now }: SignedRequest): boolean {
  const given = only(headers['x-hubspot-signature-v3']);
  const timestamp = only(headers['x-hubspot-request-timestamp']);
  if (given === undefined || timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > windowMs) return false;
  const signature = Buffer.from(sign({ secret, uri: signedUri(url, requestUrl), body, timestamp }));
  // The texts are compared, since many texts are decoded to the same bytes.
  const text = Buffer.from(given);
  return text.length === signature.length && timingSafeEqual(text, signature);
}

/** The signature of a POST, in base64. `uri` as `signedUri` gives it. */
export function sign({ secret, uri, body, timestamp }: { secret: string; uri: string; body: Buffer; timestamp: string }): string {
  return createHmac('sha256', secret).update(`POST${uri}`).update(body).update(timestamp).digest('base64');
}

/** The URI as HubSpot signs it: the public URL with the request's query, and twelve characters decoded, no others. */
export function signedUri(url: string, requestUrl: string): string {
  const query = requestUrl.indexOf('?');
  const uri = query === -1 ? url : url.replace(/\?.*$/s, '') + requestUrl.slice(query);
  return uri.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
}

/** A header that was sent twice counts as none: which of the two was signed is anybody's guess. */
function only(values: string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
