import type { BinaryNode } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';

/**
 * Announces that this device is inactive. Otherwise the account counts as online, and the phone stops notifying its
 * user (Baileys issues 893 and 2553). WhatsApp accepts the announcement only with the account's push name, so it is
 * sent as soon as the name is known, and after each change of the name.
 *
 * Stanza: `<presence type="unavailable" name/>`, as sent by mautrix-whatsapp. Only the real server can confirm its
 * effect.
 */
export class Presence {
  private readonly log = new Log(Presence.name);
  private announcedName: string | null = null;

  constructor(private readonly send: (node: BinaryNode) => Promise<void>) {}

  /** @param name the account's push name; null if it is not known */
  announce(name: string | null): void {
    if (!name || name === this.announcedName) return;
    this.announcedName = name;
    this.send({ tag: 'presence', attrs: { type: 'unavailable', name } }).catch((err: unknown) =>
      this.log.warn({ err }, 'Announcing presence failed'),
    );
  }
}
