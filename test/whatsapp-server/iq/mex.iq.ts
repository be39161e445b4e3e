import { reachOutLock } from '../contact-news.js';
import { child, element, StanzaError } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

/** Id of the persisted query (`QueryIds` in Baileys). */
const REACH_OUT_LOCK = '23983697327930364';

/** `w:mex`: GraphQL over IQ. Supports only the query for the reach-out time lock. */
export const answerMex: IqHandler = (iq, { phone }) => {
  const query = child(iq, 'query');
  if (query?.attrs.query_id !== REACH_OUT_LOCK) throw new StanzaError(400, 'bad-request');
  const data = { xwa2_fetch_account_reachout_timelock: reachOutLock(phone.reachOutLockedUntil) };
  return [element('result', {}, Buffer.from(JSON.stringify({ data })))];
};
