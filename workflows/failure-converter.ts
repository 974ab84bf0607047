import { DefaultFailureConverter } from '@temporalio/common';

/** Where payloads are encrypted: puts the message and the stack of a failure into one. Reading such failures needs no setting. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
