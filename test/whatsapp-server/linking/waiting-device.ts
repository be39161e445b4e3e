import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Registration } from '../companion.js';
import type { Connection } from '../connection.js';
import { SERVER_JID } from '../jid.js';
import { child, element, newStanzaId, nowSeconds } from '../stanza.js';
import type { LinkingSettings } from './linking-settings.js';
import type { PasskeyCeremony } from './passkey-ceremony.js';

/** The phone could not link the device. It shows "Couldn't link device", and the user can try again. */
export class LinkRefused extends Error {}

const REFRESH = 'companion_reg_refresh';
/** Both children were observed on the network. They have the same meaning. */
const REFRESH_CHILDREN = [REFRESH, 'pair-device-rotate-qr'];

/** A connected device that waits to be linked: its keys, its refs, and the secrets that it must renew. */
export class WaitingDevice {
  refs: string[] = [];
  /** set while the passkey ceremony is in progress */
  passkey?: PasskeyCeremony;
  /** ids of notifications that retired the secret and are not acknowledged */
  private readonly unacknowledged = new Set<string>();
  private readonly retired: string[] = [];
  private readonly refreshesLeft: LinkingSettings['refreshes'];

  constructor(
    readonly connection: Connection,
    readonly registration: Registration,
    private readonly settings: LinkingSettings,
  ) {
    this.refreshesLeft = { ...settings.refreshes };
  }

  /** Sends new refs, which invalidates QR codes with previous refs. */
  announceRefs(): void {
    this.refs = Array.from({ length: this.settings.qrRefs }, newRef);
    const refs = this.refs.map((each) => element('ref', {}, Buffer.from(each)));
    const iq = element('iq', { from: SERVER_JID, type: 'set', id: newStanzaId(), xmlns: 'md' }, [
      element('pair-device', {}, refs),
    ]);
    this.connection
      .request(iq)
      .then(() => {
        while (this.refreshDue('beforeScan'));
      })
      .catch(() => undefined);
  }

  /** Adds a ref and returns it. */
  addRef(): string {
    const ref = newRef();
    this.refs.push(ref);
    return ref;
  }

  /** Retires the ADV secret if that is due at this moment. Returns whether it was. */
  refreshDue(moment: keyof LinkingSettings['refreshes']): boolean {
    if (this.refreshesLeft[moment] <= 0) return false;
    this.refreshesLeft[moment] -= 1;
    this.refresh();
    return true;
  }

  /** Retires the ADV secret. The device cannot be linked until it acknowledges this. */
  refresh(): void {
    const id = newStanzaId();
    const tag = REFRESH_CHILDREN[this.retired.length % REFRESH_CHILDREN.length] ?? REFRESH;
    this.retired.push(id);
    this.unacknowledged.add(id);
    this.notify(REFRESH, [element(tag)], { id });
  }

  /** Handles an `<ack>` of the device. */
  acknowledged({ attrs }: BinaryNode): void {
    if (attrs.class === 'notification' && attrs.type === REFRESH) this.unacknowledged.delete(attrs.id ?? '');
  }

  /** Number of times the device has renewed its secret. */
  get renewals(): number {
    return this.retired.length - this.unacknowledged.size;
  }

  /** @throws LinkRefused if the device has not renewed a retired secret */
  assertFresh(): void {
    if (this.unacknowledged.size > 0) {
      throw new LinkRefused('could not link the device: it has not renewed the secret that WhatsApp retired');
    }
  }

  /** Sends a notification once, as to all devices that are not linked. */
  notify(type: string, content: BinaryNode[], attrs: Record<string, string> = {}): void {
    const defaults = { from: SERVER_JID, type, id: newStanzaId(), t: nowSeconds() };
    this.connection.send(element('notification', { ...defaults, ...attrs }, content));
  }
}

/** Returns whether the device rejected the signature of the account, because it does not match its secret. */
export function isRefusal(answer: BinaryNode): boolean {
  return answer.attrs.type === 'error' || child(answer, 'error') !== undefined;
}

function newRef(): string {
  return `2@${randomBytes(32).toString('base64')}`;
}
