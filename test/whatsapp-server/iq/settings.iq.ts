import { element } from '../stanza.js';
import type { IqHandler } from './iq-handler.js';

const PRIVACY_CATEGORIES = [
  'last',
  'online',
  'profile',
  'status',
  'readreceipts',
  'groupadd',
  'calladd',
  'messages',
];

/** Small IQs that only want a well-formed answer: server properties, privacy settings, block list and the like. */
export const answerSettings: Readonly<Record<string, IqHandler>> = {
  abt: () => [element('props', { protocol: '1', ab_key: 'test', hash: '1', refresh: '86400' }, [])],
  blocklist: () => [element('list', { dhash: '1' }, [])],
  privacy: () => [
    element(
      'privacy',
      {},
      PRIVACY_CATEGORIES.map((name) => element('category', { name, value: 'all' })),
    ),
  ],
  'w:stats': () => [],
  'urn:xmpp:whatsapp:dirty': () => [],
};

/**
 * `passive`: with `active` a companion says that it has uploaded its keys and takes stanzas.
 * The answer must go out before what waits for it; so the router activates the companion after the answer.
 */
export const answerPassive: IqHandler = () => [];
