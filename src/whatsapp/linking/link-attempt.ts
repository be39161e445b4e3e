import { randomBytes } from 'node:crypto';
import {
  type BinaryNode,
  buildAckStanza,
  buildPairingQRData,
  configureSuccessfulPairing,
  getBinaryNodeChild,
} from '@whiskeysockets/baileys';
import { Mutex } from 'async-mutex';
import { Log } from '../../kernel/logging/log.js';
import type { ExpiringText } from '../../sessions/link-offer.js';
import { CodeLink } from './code-link.js';
import type { LinkContext, LinkSteps } from './link-context.js';
import { type LinkFailure, linkFailures } from './link-failure.js';
import { isFromServer, mdQuery, refusalOf, resultOf, textsOf } from './link-stanzas.js';
import { PasskeyLink } from './passkey-link.js';
import { QrRefs } from './qr-refs.js';

const SECRET_BYTES = 32;
/**
 * Baileys' error message if this device was signed with a key other than the account's (`configureSuccessfulPairing`).
 */
const NOT_SIGNED = 'Failed to verify account signature';
/** Refs that are requested one by one, each for a minute. A new connection follows, in case this one is stuck. */
const MAX_FURTHER_REFS = 5;
/**
 * WhatsApp ends the connection of a newly linked device so that it reconnects. After this time, the device does so
 * itself.
 */
const RESTART_WITHIN_MS = 10_000;

/**
 * One attempt to link this device to an account, over one connection:
 *
 *     pair-device --> QR code shown, replaced after companion_reg_refresh
 *       |               '-- scanned ----------------------------.
 *       '-- pairing code requested and accepted                 |
 *                       '-- entered: secret agreed on ----------+--> pair-success --> linked
 *                                                               '--> passkey requested --> assertion
 *                                                                      --> phone's response [--> codes compared]
 *                                                                      --> pair-success --> linked
 *
 * The phone signs the link with the ADV secret that it has scanned, agreed on or received, and the signature is
 * verified with the secret in `creds`. A secret is saved before it is sent to WhatsApp.
 *
 * Stanzas are handled one by one. An unfinished attempt ends with its connection, so that another one can begin at any
 * time, in any process.
 */
export class LinkAttempt implements LinkSteps {
  private readonly log = new Log(LinkAttempt.name);
  private readonly serial = new Mutex();
  private readonly refs = new QrRefs(
    () => this.publish(),
    () => void this.requestRef(),
  );
  readonly code = new CodeLink(this, () => {
    if (!this.refs.current && !this.isOver) void this.requestRef();
  });
  readonly passkey = new PasskeyLink(this);
  private limit: NodeJS.Timeout | undefined;
  private furtherRefs = 0;
  private hasRefs = false;
  isConfirmed = false;
  isOver = false;

  constructor(readonly context: LinkContext) {}

  /** Whether WhatsApp is ready to link this device, so that a pairing code can be requested. */
  get isReady(): boolean {
    return this.hasRefs && !this.isConfirming && !this.isConfirmed && !this.isOver;
  }

  /** Whether WhatsApp is or was ready to link the device, and no phone has confirmed it. */
  get isWaiting(): boolean {
    return this.hasRefs && !this.isConfirmed;
  }

  /** Whether a passkey ceremony is in progress. During it, WhatsApp accepts nothing else over this connection. */
  get isConfirming(): boolean {
    return this.passkey.isUnderWay;
  }

  /** Whether a user is linking: has a pairing code, is confirming by passkey, or has just confirmed on the phone. */
  get isBegun(): boolean {
    return this.code.isUnderWay || this.isConfirming || this.isConfirmed;
  }

  /** Handles an IQ or a notification of the server. */
  take(stanza: BinaryNode): void {
    void this.serial
      .runExclusive(async () => {
        if (!this.isOver) await this.handle(stanza);
      })
      .catch((error: unknown) => this.context.broken(error));
  }

  /** Ends the attempt with its connection. @returns the failure; null if no user has begun the attempt */
  close(): LinkFailure | null {
    const step = this.passkey.isUnderWay ? 'during the passkey ceremony' : 'before the pairing code was used';
    const isDone = this.isOver || this.isConfirmed;
    const wasUnderWay = !isDone && (this.passkey.isUnderWay || this.code.isUnderWay);
    this.stop();
    return wasUnderWay ? linkFailures.connectionLost(step) : null;
  }

  async acknowledge(notification: BinaryNode): Promise<void> {
    await this.context.send(buildAckStanza(notification));
  }

  async replaceSecret(secret: Uint8Array): Promise<void> {
    this.context.creds.advSecretKey = Buffer.from(secret).toString('base64');
    await this.context.saveCredentials();
  }

  within(limitMs: number, failure: () => LinkFailure | null): void {
    clearTimeout(this.limit);
    if (this.isOver) return;
    this.limit = setTimeout(() => this.end(failure()), limitMs);
    this.publish();
  }

  publish(): void {
    if (this.isOver) return;
    this.context.changed({
      qr: this.qrOffer(),
      pairingCode: this.code.offer,
      isCodeEntered: this.code.hasSecret,
      passkey: this.passkey.offer,
    });
  }

  end(failure: LinkFailure | null): void {
    if (this.isOver) return;
    this.stop();
    this.context.changed({ qr: null, pairingCode: null, isCodeEntered: false, passkey: null });
    this.context.ended(failure);
  }

  private async handle(stanza: BinaryNode): Promise<void> {
    if (!isFromServer(stanza)) {
      return this.log.warn({ tag: stanza.tag }, 'Stanza from another sender ignored');
    }
    if (stanza.tag === 'iq') return this.handleIq(stanza);
    // The phone has signed the link: until the restart, nothing may change the signed data.
    if (this.isConfirmed) return this.acknowledge(stanza);
    switch (stanza.attrs.type) {
      case 'companion_reg_refresh':
        return this.renewQr(stanza);
      case 'link_code_companion_reg':
        return this.code.handle(stanza);
      case 'passkey_prologue_request':
        return this.confirmByPasskey(stanza);
      case 'crsc_continuation':
        return this.passkey.continue(stanza);
      default:
        return this.acknowledge(stanza);
    }
  }

  private async handleIq(iq: BinaryNode): Promise<void> {
    const pairDevice = getBinaryNodeChild(iq, 'pair-device');
    if (pairDevice) return this.offerRefs(iq, textsOf(pairDevice, 'ref'));
    if (getBinaryNodeChild(iq, 'pair-success')) return this.complete(iq);
  }

  private async offerRefs(iq: BinaryNode, refs: string[]): Promise<void> {
    await this.drawSecret();
    await this.context.send(resultOf(iq));
    this.hasRefs = true;
    if (!this.isConfirming && !this.isConfirmed) this.refs.offer(refs);
  }

  /** Shows a QR code with a new secret, because WhatsApp no longer accepts the previous one. */
  private async renewQr(notification: BinaryNode): Promise<void> {
    await this.drawSecret();
    await this.acknowledge(notification);
    this.publish();
  }

  /** Begins a passkey ceremony. From then on, WhatsApp accepts only the passkey. */
  private async confirmByPasskey(notification: BinaryNode): Promise<void> {
    await this.passkey.begin(notification);
    this.refs.clear();
    this.code.clear();
  }

  /** Creates a new secret, unless the phone is about to sign with the current one (whatsapp-rust #1163). */
  private async drawSecret(): Promise<void> {
    if (this.code.hasSecret || this.isConfirming || this.isConfirmed) return;
    await this.replaceSecret(randomBytes(SECRET_BYTES));
  }

  /**
   * Requests another ref after all were shown. It is unknown whether the real server returns more over the same
   * connection.
   */
  private async requestRef(): Promise<void> {
    try {
      this.furtherRefs += 1;
      if (this.furtherRefs > MAX_FURTHER_REFS) throw new Error('Too many refs for one connection');
      const [ref] = textsOf(await this.context.query(mdQuery('get', 'ref')), 'ref');
      if (!ref) throw new Error('WhatsApp returned no ref');
      if (!this.isOver && !this.isConfirming) this.refs.add(ref);
    } catch (err) {
      this.log.debug({ err }, 'Requesting ref failed');
      if (!this.code.isUnderWay && !this.isConfirming) this.end(linkFailures.notScanned());
    }
  }

  /**
   * Completes the link that the phone has confirmed. WhatsApp considers it complete after the response, so it is saved
   * before.
   */
  private async complete(pairSuccess: BinaryNode): Promise<void> {
    const pairing = await this.verify(pairSuccess);
    if (!pairing) return;
    if (!this.isConfirmed) await this.context.saveLink(pairing.creds);
    this.isConfirmed = true;
    await this.context.send(pairing.reply);
    this.code.clear();
    this.passkey.clear();
    this.refs.clear();
    this.within(RESTART_WITHIN_MS, () => null);
  }

  /** @returns null if the phone has signed another secret or device. Both sides are then notified. */
  private async verify(
    pairSuccess: BinaryNode,
  ): Promise<ReturnType<typeof configureSuccessfulPairing> | null> {
    try {
      return configureSuccessfulPairing(pairSuccess, this.context.creds);
    } catch (error) {
      const { message } = error as Error;
      this.log.warn({ err: error }, 'Verifying link confirmation failed');
      const { code, text } = pairError(message);
      await this.context.send(refusalOf(pairSuccess, code, text));
      this.end(this.wrongSignature(message));
      return null;
    }
  }

  private wrongSignature(reason: string): LinkFailure {
    if (reason === NOT_SIGNED) return linkFailures.signatureInvalid();
    if (this.isConfirming) return linkFailures.passkeyFailed(`the phone signed different data (${reason})`);
    return this.code.hasSecret ? linkFailures.codeNotCompleted() : linkFailures.wrongSecret();
  }

  private qrOffer(): ExpiringText | null {
    const { creds, identity } = this.context;
    const { current } = this.refs;
    if (!current || this.isConfirming || this.isConfirmed) return null;
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const [noiseKey, identityKey] = [base64(creds.noiseKey.public), base64(creds.signedIdentityKey.public)];
    const { ref, expiresAt } = current;
    return {
      text: buildPairingQRData(ref, noiseKey, identityKey, creds.advSecretKey, identity.browser),
      expiresAt: expiresAt.toISOString(),
    };
  }

  private stop(): void {
    this.isOver = true;
    clearTimeout(this.limit);
    this.refs.clear();
    this.code.close();
  }
}

/** Returns the texts of whatsmeow pair.go for the errors of Baileys' validate-connection.js. */
function pairError(message: string): { code: number; text: string } {
  switch (message) {
    case 'Invalid account signature':
      return { code: 401, text: 'hmac-mismatch' };
    case NOT_SIGNED:
      return { code: 401, text: 'signature-mismatch' };
    default:
      return { code: 500, text: 'internal-error' };
  }
}
