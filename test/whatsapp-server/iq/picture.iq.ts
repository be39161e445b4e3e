import { mayLook } from '../profile.js';
import { child, childBytes, element, StanzaError } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

/** `w:profile:picture`: where somebody's picture is; 401 when it is hidden, 404 when there is none. */
export const answerPicture: IqHandler = (iq, { network, phone }) => {
  if (iq.attrs.type !== 'get') return undefined;
  const { target } = iq.attrs;
  const person = target ? network.directory.find(target) : phone;
  if (!person) throw new StanzaError(404, 'item-not-found');
  const asked = child(iq, 'picture');
  const { picture } = person.profile;
  if (picture === 'hidden' || !mayLook(person, childBytes(asked, 'tctoken')))
    throw new StanzaError(401, 'not-authorized');
  if (!picture) throw new StanzaError(404, 'item-not-found');
  if (asked?.attrs.id === picture.id) {
    if (network.settings.unchangedPictures === 'empty') return [];
    throw new StanzaError(304, 'not-modified');
  }
  const type = asked?.attrs.type ?? 'preview';
  const attrs = { id: picture.id, type, url: picture.url, direct_path: picture.path };
  return [element('picture', attrs)];
};
