import { expect } from '@jest/globals';
import type { WAMessage } from '@whiskeysockets/baileys';
import { BaileysCompanion } from './baileys-companion.js';
import type { Phone } from './phone.js';
import { WhatsAppServer } from './whatsapp-server.js';

export const OWNER = '491700000001';
export const ANNA = '491700000002';
export const BOB = '491700000003';

export const jid = (number: string): string => `${number}@s.whatsapp.net`;
const text = (message: WAMessage | undefined): string | null | undefined => message?.message?.conversation;

/** A server, a phone, and a Baileys in this process to link to it. Tests can replace the companion. */
export class CompanionWorld {
  companion = new BaileysCompanion();

  private constructor(
    readonly server: WhatsAppServer,
    readonly phone: Phone,
    private readonly detach: () => void,
  ) {}

  static async open(): Promise<CompanionWorld> {
    const server = await WhatsAppServer.start();
    // Baileys (7.0.0-rc14) keeps using a retired secret: https://github.com/WhiskeySockets/Baileys/issues/2737
    server.linking.neverRefresh();
    // Baileys does not fetch the current version: https://github.com/WhiskeySockets/Baileys/issues/2679
    server.webSite.oldestLinkableRevision = 0;
    const detach = await server.attach();
    return new CompanionWorld(server, server.createPhone({ number: OWNER, pushName: 'Owner' }), detach);
  }

  /** Stops the companion and the server, and checks that neither reported an error. */
  async close(): Promise<void> {
    await this.companion.stop();
    await this.server.stop();
    this.detach();
    expect(this.server.errors).toEqual([]);
    expect(this.companion.appStateWarnings).toEqual([]);
    expect(this.server.unknownIqs).toEqual([]);
  }

  /** Links the companion and waits until Baileys has received the complete history. */
  async link(): Promise<void> {
    const qr = await this.companion.qr();
    const history = this.companion.next('messaging-history.set', ({ progress }) => progress === 100);
    await this.phone.scan(qr);
    await history;
  }

  /** Returns the next contacts that include this one. */
  contact(number: string) {
    return this.companion.next('contacts.upsert', (all) => all.some(({ id }) => id === jid(number)));
  }

  /** Returns the next messages that include this text. */
  message(content: string) {
    return this.companion.next('messages.upsert', ({ messages }) =>
      messages.some((each) => text(each) === content),
    );
  }
}
