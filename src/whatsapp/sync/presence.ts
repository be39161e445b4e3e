import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * Tells WhatsApp that nobody looks at this device: an account with a device that has not said so counts as online, and its
 * phone stops notifying its owner (Baileys issues 893 and 2553). WhatsApp takes it with the account's own name only, so it
 * is said as soon as the name is known, and with each new one.
 *
 * Stanza: `<presence type="unavailable" name/>`, as sent by mautrix-whatsapp. Only the real server can confirm its effect.
 */
export class Presence {
  private saidAs: string | null = null;

  constructor(private readonly send: (node: BinaryNode) => Promise<void>) {}

  /** @param name the account's push name; null while none is known */
  async announce(name: string | null): Promise<void> {
    if (!name || name === this.saidAs) return;
    this.saidAs = name;
    await this.send({ tag: 'presence', attrs: { type: 'unavailable', name } });
  }
}
