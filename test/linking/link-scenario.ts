import type { BinaryNode } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { iq, stanza } from '../whatsapp-server/faults.js';

/** Stanzas of the service and of the server at which an attempt to link can fail. */
export const FROM_SERVICE = {
  'the answer to the refs': (node: BinaryNode) => node.tag === 'iq' && node.attrs.type === 'result',
  'the acknowledgement of a retired secret': stanza('ack', 'companion_reg_refresh'),
  'the request for a code': iq('md', 'link_code_companion_reg'),
  'the request for a ref': iq('md', 'ref'),
  'the assertion': iq('md', 'passkey_prologue'),
  'the nonce': iq('md', 'companion_nonce'),
  'the pairing request': iq('md', 'encrypted_pairing_request'),
} as const;
export const FROM_SERVER = {
  'the refs': iq('md', 'pair-device'),
  'the retirement of a secret': stanza('notification', 'companion_reg_refresh'),
  'the word of the phone': stanza('notification', 'link_code_companion_reg'),
  'the request for a passkey': stanza('notification', 'passkey_prologue_request'),
  'the continuation': stanza('notification', 'crsc_continuation'),
  'the confirmation': iq('md', 'pair-success'),
} as const;

type ServiceStanza = keyof typeof FROM_SERVICE;
/** Queries that the server can reject. It accepts all responses and acknowledgements. */
const QUERIES = [
  'the request for a code',
  'the request for a ref',
  'the assertion',
  'the nonce',
  'the pairing request',
] as const;
type Query = (typeof QUERIES)[number];
type ServerStanza = keyof typeof FROM_SERVER;

/** Failure in an attempt. The attempt may never reach its step. */
export type Trouble =
  | { readonly kind: 'none' | 'wrong code' | 'wrong assertion' | 'cancelled' | 'refs renewed' }
  | { readonly kind: 'killed at' | 'cut at'; readonly at: ServiceStanza }
  | { readonly kind: 'refused'; readonly at: Query }
  | { readonly kind: 'cut after'; readonly at: ServerStanza };

export interface LinkScenario {
  readonly way: 'qr' | 'code';
  readonly passkey: 'none' | 'required' | 'without options';
  readonly refreshes: { readonly beforeScan: number; readonly atScan: number; readonly afterCode: number };
  readonly trouble: Trouble;
}

const at = <T extends string>(stanzas: Record<T, unknown>) =>
  fc.constantFrom(...(Object.keys(stanzas) as T[]));

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('none', 'wrong code', 'wrong assertion', 'cancelled', 'refs renewed'),
  }),
  fc.record({ kind: fc.constantFrom('killed at', 'cut at'), at: at(FROM_SERVICE) }),
  fc.record({ kind: fc.constant('refused'), at: fc.constantFrom(...QUERIES) }),
  fc.record({ kind: fc.constant('cut after'), at: at(FROM_SERVER) }),
);

const scenario: fc.Arbitrary<LinkScenario> = fc.record({
  way: fc.constantFrom('qr', 'code'),
  passkey: fc.constantFrom('none', 'required', 'without options'),
  refreshes: fc.record({ beforeScan: fc.nat(2), atScan: fc.nat(1), afterCode: fc.nat(1) }),
  trouble,
});

/** The same scenarios for the same seed. */
export function scenarios(count: number, seed: number): LinkScenario[] {
  return fc.sample(scenario, { numRuns: count, seed });
}
