import type { BinaryNode } from '@whiskeysockets/baileys';
import { answerWaitingDevice } from '../linking/linking.iq.js';
import { iqError, iqResult, StanzaError } from '../stanza.js';
import { answerAppState } from './app-state.iq.js';
import { answerEncrypt } from './encrypt.iq.js';
import type { IqContext, IqHandler, LoggedInContext } from './iq-handler.js';
import { answerMd } from './md.iq.js';
import { answerMex } from './mex.iq.js';
import { answerPicture } from './picture.iq.js';
import { answerPassive, answerSettings } from './settings.iq.js';
import { answerUsync } from './usync.iq.js';

/** Handlers by namespace. */
const HANDLERS: Readonly<Record<string, IqHandler>> = {
  ...answerSettings,
  encrypt: answerEncrypt,
  md: answerMd,
  passive: answerPassive,
  usync: answerUsync,
  'w:mex': answerMex,
  'w:profile:picture': answerPicture,
  'w:sync:app:state': answerAppState,
};

const NOT_IMPLEMENTED = new StanzaError(501, 'feature-not-implemented');

/** Returns the response to an IQ of a companion: error 501 if no handler supports it. */
export async function answerIq(iq: BinaryNode, context: IqContext): Promise<BinaryNode> {
  try {
    const content = await contentOf(iq, context);
    if (!content) {
      context.network.unknownIqs.push(iq);
      throw NOT_IMPLEMENTED;
    }
    return iqResult(iq, content);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    return iqError(iq, { code: error.code, text: error.message });
  }
}

async function contentOf(iq: BinaryNode, context: IqContext): Promise<BinaryNode[] | undefined> {
  if (context.connection.waiting && iq.attrs.xmlns === 'md') return answerWaitingDevice(iq, context);
  // Devices that wait to be linked send pings, too.
  if (iq.attrs.xmlns === 'w:p') return [];
  const handler = HANDLERS[iq.attrs.xmlns ?? ''];
  const loggedIn = loggedInContext(context);
  return loggedIn && (await handler?.(iq, loggedIn));
}

function loggedInContext(context: IqContext): LoggedInContext | undefined {
  const { companion } = context.connection;
  if (!companion) return undefined;
  for (const phone of context.network.phones.values()) {
    if (phone.companions.includes(companion)) return { ...context, companion, phone };
  }
  return undefined;
}
