import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, element, textOf } from '../stanza.js';
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

/** IQs with simple responses: AB props, privacy settings, block list and others. */
export const answerSettings: Readonly<Record<string, IqHandler>> = {
  abt: (_, { network }) => [abProps(network.settings.abProps)],
  blocklist: () => [element('list', { dhash: '1' }, [])],
  privacy: () => [
    element(
      'privacy',
      {},
      PRIVACY_CATEGORIES.map((name) => element('category', { name, value: 'all' })),
    ),
  ],
  'w:stats': () => [],
  'w:m': (iq) => (child(iq, 'media_conn') ? [mediaConnection()] : undefined),
  // The account does not have a business profile.
  'w:biz': () => [element('business_profile', { v: '244' }, [])],
  // The account is not in any group.
  'w:g2': (iq) => (child(iq, 'participating') ? [element('groups', {}, [])] : undefined),
  // The about text of the account.
  status: (iq, { phone }) => {
    if (iq.attrs.type !== 'set') return undefined;
    phone.profile.setAbout(textOf(child(iq, 'status')));
    return [];
  },
  'urn:xmpp:whatsapp:dirty': () => [],
};

function abProps(props: ReadonlyMap<string, string>): BinaryNode {
  const attrs = { protocol: '1', ab_key: 'test', hash: String(props.size + 1), refresh: '86400' };
  const each = Array.from(props, ([code, value]) =>
    element('prop', { config_code: code, config_value: value }),
  );
  return element('props', attrs, each);
}

/** Returns the host for uploads. Companions in tests reach this server under the name of WhatsApp's media host. */
function mediaConnection(): BinaryNode {
  const attrs = { auth: 'auth', ttl: '86400', auth_ttl: '86400', max_buckets: '12' };
  return element('media_conn', attrs, [element('host', { hostname: 'mmg.whatsapp.net', type: 'primary' })]);
}

/**
 * `passive`: with `active`, a companion reports that it has uploaded its keys and accepts stanzas. The response must
 * precede queued stanzas, so the router activates the companion after it.
 */
export const answerPassive: IqHandler = () => [];
