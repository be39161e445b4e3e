import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, childBytes, children, element } from '../stanza.js';
import type { IqHandler, LoggedInContext } from './iq-handler.js';

/** `w:sync:app:state`: returns the snapshot or patches of collections, and applies patches of companions. */
export const answerAppState: IqHandler = async (iq, context) => {
  const requests = children(child(iq, 'sync'), 'collection');
  return [element('sync', {}, await Promise.all(requests.map((each) => answerCollection(each, context))))];
};

async function answerCollection(
  request: BinaryNode,
  { phone, companion }: LoggedInContext,
): Promise<BinaryNode> {
  const { name = '', version = '0', return_snapshot } = request.attrs;
  const patch = childBytes(request, 'patch');
  if (!patch) {
    const returnSnapshot = return_snapshot === 'true';
    return phone.syncAnswers.answer(name, { version: Number(version), returnSnapshot });
  }
  const answer = await phone.applyPatch(companion, name, patch, Number(version));
  if ('version' in answer) return element('collection', { name, version: String(answer.version) });
  const error = element('error', { code: String(answer.code) });
  return element('collection', { name, type: 'error' }, [error]);
}
