import { child } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

/** `md` from a logged-in device: removes a companion, normally the device itself (logout). */
export const answerMd: IqHandler = (iq, { phone }) => {
  const removal = child(iq, 'remove-companion-device');
  if (!removal) return undefined;
  const target = phone.companions.find((each) => each.jid === removal.attrs.jid);
  if (target) phone.remove(target);
  return [];
};
