import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

/** Stands for input that is no JSON, bytes among it; no schema takes it. */
export const unreadable: unique symbol = Symbol('unreadable');

/**
 * Temporal's own converter, except that a payload it cannot read becomes `unreadable`: thrown here, the fault would fail the workflow
 * task of a start or a signal, again and again, where a sentence is owed to whoever sent it.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload(payload, context, hint) {
    try {
      const value = defaultPayloadConverter.fromPayload(payload, context, hint);
      return ArrayBuffer.isView(value) ? (unreadable as never) : value;
    } catch {
      return unreadable as never;
    }
  },
};
