import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Faults } from '../whatsapp-server/faults.js';
import type { FaultName } from './steps.js';

/**
 * Acknowledgements that can be lost, because the server then sends the stanza again. Excluded are acknowledgements of
 * retired link secrets and retry receipts: stanzas that follow on the same connection are read without them.
 */
const isAck = ({ tag, attrs }: BinaryNode) =>
  (tag === 'ack' || tag === 'receipt') &&
  attrs.type !== 'companion_reg_refresh' &&
  attrs.type !== 'retry' &&
  attrs.error === undefined;

const ARM: Record<FaultName, (faults: Faults) => void> = {
  'patch-mac': ({ appState }) => void appState.arm('patch-mac'),
  'snapshot-mac': ({ appState }) => void appState.arm('snapshot-mac'),
  'lt-hash': ({ appState }) => void appState.arm('lt-hash', { times: 2 }),
  record: ({ appState }) => void appState.arm('record'),
  'media-404': ({ media }) => void media.arm({ status: 404 }),
  'media-500': ({ media }) => void media.arm({ status: 500 }),
  'media-cut': ({ media }) => void media.arm({ cut: true }),
  'media-slow': ({ media }) => void media.arm({ slowMs: 800 }),
  'sent-twice': ({ sent }) => void sent.arm('twice', { times: 3 }),
  'sent-cut-before': ({ sent }) => void sent.arm('cut-before'),
  'sent-cut-after': ({ sent }) => void sent.arm('cut-after'),
  'sent-tampered': ({ sent }) => void sent.arm('tampered'),
  'sent-overtaken': ({ sent }) => void sent.arm('overtaken', { times: 3 }),
  'received-cut-on-arrival': ({ received }) => void received.arm({ cut: 'on-arrival' }),
  'received-cut-before-answer': ({ received }) => void received.arm({ cut: 'before-answer' }),
  'received-cut-after-answer': ({ received }) => void received.arm({ cut: 'after-answer' }),
  'received-late': ({ received }) => void received.arm({ delayMs: 900 }, { times: 2 }),
  'ack-lost': ({ received }) => void received.arm({ ignore: true }, { times: 2, when: isAck }),
  tcp: ({ tcp }) => void tcp.arm('reset'),
  'stream-ack': ({ logins }) => void logins.arm({ streamError: 'ack' }),
  'stream-xml': ({ logins }) => void logins.arm({ streamError: 'xml-not-well-formed' }),
  'peer-garbled': ({ messages }) =>
    void messages.arm('garbled', { times: 2, when: ({ category }) => category === 'peer' }),
  'history-gone': ({ media }) => void media.arm({ status: 410 }, { when: ({ kind }) => kind === 'history' }),
  'exit-code': ({ appState }) => void appState.arm('exit-code'),
  'login-503': ({ logins }) => void logins.arm({ failure: 503 }),
};

/** Makes the server fail in this way at the next opportunity. */
export function armFault(faults: Faults, name: FaultName): void {
  ARM[name](faults);
}
