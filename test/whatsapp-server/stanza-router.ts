import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Companion } from './companion.js';
import { answerIq } from './iq/answer-iq.js';
import type { IqContext } from './iq/iq-handler.js';
import { deviceIn, SERVER_JID } from './jid.js';
import type { Phone } from './phone.js';
import { child, element, iqError, nowSeconds } from './stanza.js';

/** Handles a stanza from a client: records it, applies faults, passes it to its handler and sends the responses. */
export async function routeStanza(stanza: BinaryNode, context: IqContext): Promise<void> {
  const { connection, network } = context;
  network.stanzas.record(stanza, connection.companion?.number);
  const effect = network.faults.received.strike(stanza);
  if (effect && 'ignore' in effect) return;
  const cut = effect && 'cut' in effect ? effect.cut : undefined;
  if (cut === 'on-arrival') return connection.cut();
  const answers =
    effect && 'error' in effect ? [iqError(stanza, effect.error)] : await answersTo(stanza, context);
  if (cut === 'before-answer') return connection.cut();
  if (effect && 'delayMs' in effect) await new Promise((resolve) => setTimeout(resolve, effect.delayMs));
  for (const answer of answers) connection.send(answer);
  if (cut === 'after-answer') return connection.cut();
  if (isActive(stanza)) connection.companion?.activate(connection);
}

function isActive(stanza: BinaryNode): boolean {
  return stanza.attrs.xmlns === 'passive' && child(stanza)?.tag === 'active';
}

async function answersTo(stanza: BinaryNode, context: IqContext): Promise<BinaryNode[]> {
  const { connection } = context;
  switch (stanza.tag) {
    case 'iq':
      if (stanza.attrs.type === 'get' || stanza.attrs.type === 'set')
        return [await answerIq(stanza, context)];
      if (stanza.attrs.type === undefined) return [await answerIq(stanza, context)];
      connection.answered(stanza);
      return [];
    case 'ack':
      connection.companion?.outbox.acknowledged(stanza);
      connection.waiting?.acknowledged(stanza);
      return [];
    case 'receipt':
      if (stanza.attrs.type === 'server-error') await uploadAgain(context, stanza);
      else connection.companion?.outbox.received(stanza);
      return [acknowledge(stanza)];
    case 'message':
      void phoneOf(context, stanza)
        ?.deviceOf(deviceIn(stanza.attrs.to ?? ''))
        ?.inbox.receive(connection.companion as Companion, stanza);
      return [acknowledge(stanza)];
    case 'call':
      return [acknowledge(stanza)];
    default:
      // presence, chatstate and ib do not need a response
      return [];
  }
}

async function uploadAgain(context: IqContext, receipt: BinaryNode): Promise<void> {
  const { companion } = context.connection;
  const phone = phoneOf(context, receipt);
  if (!companion || !phone)
    throw new Error('a server-error receipt must be for the phone, with category="peer"');
  // Not awaited, because the receipt is acknowledged before the phone uploads the file.
  void phone.uploadAgain(companion, receipt).catch((error: Error) => context.network.errors.push(error));
}

/** Returns the phone that a peer stanza is for; undefined for other stanzas. */
function phoneOf({ connection, network }: IqContext, stanza: BinaryNode): Phone | undefined {
  const { companion } = connection;
  const phone = companion && network.phones.get(companion.number);
  return stanza.attrs.category === 'peer' ? phone : undefined;
}

function acknowledge(stanza: BinaryNode): BinaryNode {
  const { id, to, type, participant } = stanza.attrs;
  return element('ack', {
    id,
    class: stanza.tag,
    from: to ?? SERVER_JID,
    type,
    participant,
    t: nowSeconds(),
  });
}
