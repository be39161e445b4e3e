import type { ContactChanges, Picture } from '../../src/contacts/write/contact-changes.js';
import type { Address } from '../../src/kernel/identifiers/address.js';
import { EARLIER } from './people.js';

export const KEY_A = Buffer.alloc(32, 1);
export const KEY_B = Buffer.alloc(32, 2);
export const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

export const picture = (address: Address, id: string, bytes = JPEG): Picture => ({
  address,
  state: 'present',
  id,
  bytes,
});

/** Changes with all data that a contact sets. */
export const whole = (address: Address): ContactChanges => ({
  pushNames: [{ address, name: 'anni', observedAt: EARLIER }],
  businessNames: [{ address, name: 'Anna & Co.' }],
  businessFlags: [{ address, isBusiness: true }],
  abouts: [{ address, text: 'Hello', setAt: EARLIER }],
  pictures: [picture(address, '17')],
  identityKeys: [{ address, key: KEY_A, seenAt: EARLIER }],
});

/** Expected columns after these changes. */
export const WHOLE = {
  push_name: 'anni',
  business_name: 'Anna & Co.',
  is_business: true,
  about: 'Hello',
  about_set_at: EARLIER,
  about_state: 'known',
  picture_state: 'present',
  picture_id: '17',
  picture_bytes: JPEG.length,
  key: KEY_A.toString('base64'),
  key_since: EARLIER,
};

export const NOTHING = {
  push_name: null,
  business_name: null,
  is_business: null,
  about: null,
  about_state: null,
  picture_state: null,
  key: null,
};
