import { canView } from '../profile.js';
import { child, childBytes, element, StanzaError } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

/** `w:profile:picture`: returns the URL of a picture. Error 401 if it is hidden, 404 if there is none. */
export const answerPicture: IqHandler = (iq, { network, phone }) => {
  if (iq.attrs.type !== 'get') return undefined;
  const { target } = iq.attrs;
  const person = target ? network.directory.find(target) : phone;
  if (!person) throw new StanzaError(404, 'item-not-found');
  const request = child(iq, 'picture');
  const { picture } = person.profile;
  if (picture === 'hidden' || !canView(person, childBytes(request, 'tctoken')))
    throw new StanzaError(401, 'not-authorized');
  if (!picture) throw new StanzaError(404, 'item-not-found');
  if (request?.attrs.id === picture.id) {
    if (network.settings.unchangedPictures === 'empty') return [];
    throw new StanzaError(304, 'not-modified');
  }
  const type = request?.attrs.type ?? 'preview';
  const attrs = { id: picture.id, type, url: picture.url, direct_path: picture.path };
  return [element('picture', attrs)];
};
