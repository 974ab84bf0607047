import { defineSignal } from '@temporalio/workflow';

export const changed = defineSignal('changed');
