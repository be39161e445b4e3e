import type { Webhook } from '../api/types.js';

/** The state of a webhook as people see it. */
export type DeliveryState = 'active' | 'retrying' | 'pausedOnRequest' | 'failed' | 'disabled';

/** The service counts failures until a delivery succeeds or the webhook is paused on request. */
export function stateOf({ state, failures }: Pick<Webhook, 'state' | 'failures'>): DeliveryState {
  if (state === 'disabled') return 'disabled';
  if (state === 'active') return failures > 0 ? 'retrying' : 'active';
  return failures > 0 ? 'failed' : 'pausedOnRequest';
}
