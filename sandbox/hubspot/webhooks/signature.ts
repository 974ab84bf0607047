import { createHmac } from 'node:crypto';

const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** The value of `X-HubSpot-Signature-v3`. Of the URI's escapes HubSpot decodes a few, and leaves the others as they are. */
export function signatureV3(secret: string, method: string, uri: string, body: string, timestamp: string): string {
  const decoded = uri.replace(DECODED, decodeURIComponent);
  return createHmac('sha256', secret).update(method + decoded + body + timestamp, 'utf8').digest('base64');
}
