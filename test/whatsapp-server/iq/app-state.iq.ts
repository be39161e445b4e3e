import { child, children, element } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

/** `w:sync:app:state`: a companion asks for snapshot or patches of one or more collections. */
export const answerAppState: IqHandler = async (iq, { phone }) => {
  const requests = children(child(iq, 'sync'), 'collection');
  // Companions of this server only read.
  if (requests.some((each) => child(each, 'patch'))) return undefined;
  const answers = requests.map((each) =>
    phone.syncAnswers.answer(each.attrs.name ?? '', {
      version: Number(each.attrs.version ?? 0),
      returnSnapshot: each.attrs.return_snapshot === 'true',
    }),
  );
  return [element('sync', {}, await Promise.all(answers))];
};
