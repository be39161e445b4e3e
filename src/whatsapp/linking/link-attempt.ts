import { Logger } from '@nestjs/common';
import {
  type BinaryNode,
  buildAckStanza,
  buildPairingQRData,
  configureSuccessfulPairing,
  getBinaryNodeChild,
} from '@whiskeysockets/baileys';
import { Mutex } from 'async-mutex';
import { randomBytes } from 'node:crypto';
import type { ExpiringText, PasskeyAssertion } from '../../sessions/link-offer.js';
import { CodeLink } from './code-link.js';
import type { LinkContext, LinkSteps } from './link-context.js';
import { type LinkFailure, linkFailures } from './link-failure.js';
import { isFromServer, mdQuery, refusalOf, resultOf, textsOf } from './link-stanzas.js';
import { PasskeyLink } from './passkey-link.js';
import { QrRefs } from './qr-refs.js';

const SECRET_BYTES = 32;
/** The error of Baileys' `configureSuccessfulPairing` when another key than the account's has signed this device. */
const NOT_SIGNED = 'Failed to verify account signature';
/** Refs that are asked for one by one, each for a minute; then a new connection begins, lest this one be stuck. */
const MAX_FURTHER_REFS = 5;
/** WhatsApp makes a device that was just linked connect anew; if it does not, that is done without being asked. */
const RESTART_WITHIN_MS = 10_000;

/**
 * One attempt to link this device to an account, over one connection. QR code, pairing code and passkey are steps of
 * it, and follow one another:
 *
 *     pair-device --> QR code on show, retired and shown anew by companion_reg_refresh
 *       |               '-- scanned ----------------------------.
 *       '-- pairing code asked for and accepted                 |
 *                       '-- entered: secret agreed on ----------+--> pair-success --> linked
 *                                                               '--> passkey asked for --> assertion
 *                                                                      --> phone's answer [--> codes compared]
 *                                                                      --> pair-success --> linked
 *
 * The ADV secret in `creds` is the thread: the phone signs the link with the one that it scanned, agreed on or was
 * handed, and that signature is checked against `creds`. A secret is kept before WhatsApp hears of it.
 *
 * Stanzas are handled one after the other. What an attempt has not finished is gone with its connection, so that
 * another one can begin at any moment, in any process.
 */
export class LinkAttempt implements LinkSteps {
  private readonly logger = new Logger(LinkAttempt.name);
  private readonly serial = new Mutex();
  private readonly refs = new QrRefs(
    () => this.publish(),
    () => void this.requestRef(),
  );
  private readonly byCode = new CodeLink(this, () => {
    if (!this.refs.current && !this.isOver) void this.requestRef();
  });
  private readonly byPasskey = new PasskeyLink(this);
  private limit: NodeJS.Timeout | undefined;
  private furtherRefs = 0;
  private hasRefs = false;
  isConfirmed = false;
  isOver = false;

  constructor(readonly context: LinkContext) {}

  /** Whether WhatsApp is ready for this device, so that pairing codes can be asked for. */
  get isReady(): boolean {
    return this.hasRefs && !this.isConfirming && !this.isConfirmed && !this.isOver;
  }

  /** Whether WhatsApp has let the device wait to be linked, and nobody has linked it. */
  get isWaiting(): boolean {
    return this.hasRefs && !this.isConfirmed;
  }

  /** Whether a passkey ceremony is under way, so that WhatsApp takes nothing else on this connection. */
  get isConfirming(): boolean {
    return this.byPasskey.isUnderWay;
  }

  /** Whether somebody is at it: has a pairing code, is confirming by passkey, or has just confirmed on the phone. */
  get isBegun(): boolean {
    return this.byCode.isUnderWay || this.isConfirming || this.isConfirmed;
  }

  /** Takes an IQ or a notification of the server. */
  take(stanza: BinaryNode): void {
    void this.serial
      .runExclusive(async () => {
        if (!this.isOver) await this.handle(stanza);
      })
      .catch((error: unknown) => this.context.broken(error));
  }

  /**
   * @param phone digits of the account's number
   * @returns a code that WhatsApp has accepted, to be entered on the phone
   * @throws CommandRefused with WhatsApp's reason
   */
  async requestPairingCode(phone: string): Promise<ExpiringText> {
    return this.byCode.request(phone);
  }

  /** @throws CommandRefused when the token is of another ceremony or used up, or WhatsApp refuses the assertion */
  async submitAssertion(token: string, assertion: PasskeyAssertion): Promise<void> {
    await this.byPasskey.submit(token, assertion);
  }

  /**
   * Somebody has seen that the phone shows the same code.
   * @throws CommandRefused when the token is of another ceremony, or there is nothing to confirm
   */
  async confirmPasskey(token: string): Promise<void> {
    await this.byPasskey.confirm(token);
  }

  /** The connection has ended. @returns why that ended somebody's attempt to link; null when nobody was at it */
  close(): LinkFailure | null {
    const step = this.byPasskey.isUnderWay
      ? 'during the passkey ceremony'
      : 'before the pairing code was used';
    const isDone = this.isOver || this.isConfirmed;
    const wasUnderWay = !isDone && (this.byPasskey.isUnderWay || this.byCode.isUnderWay);
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
      pairingCode: this.byCode.offer,
      passkey: this.byPasskey.offer,
    });
  }

  end(failure: LinkFailure | null): void {
    if (this.isOver) return;
    this.stop();
    this.context.changed({ qr: null, pairingCode: null, passkey: null });
    this.context.ended(failure);
  }

  private async handle(stanza: BinaryNode): Promise<void> {
    if (!isFromServer(stanza)) {
      return this.logger.warn(`Ignoring a stanza <${stanza.tag}> that is not from the server`);
    }
    if (stanza.tag === 'iq') return this.handleIq(stanza);
    // The phone has signed the link: nothing that comes before the restart may change what it was signed for.
    if (this.isConfirmed) return this.acknowledge(stanza);
    switch (stanza.attrs.type) {
      case 'companion_reg_refresh':
        return this.renewQr(stanza);
      case 'link_code_companion_reg':
        return this.byCode.handle(stanza);
      case 'passkey_prologue_request':
        return this.confirmByPasskey(stanza);
      case 'crsc_continuation':
        return this.byPasskey.continue(stanza);
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

  /** WhatsApp has retired the secret: a QR code with it does not link any more. */
  private async renewQr(notification: BinaryNode): Promise<void> {
    await this.drawSecret();
    await this.acknowledge(notification);
    this.publish();
  }

  /** From now on WhatsApp takes nothing but the passkey. */
  private async confirmByPasskey(notification: BinaryNode): Promise<void> {
    await this.byPasskey.begin(notification);
    this.refs.clear();
    this.byCode.clear();
  }

  /** Not while the phone is about to sign with the secret that there is (whatsapp-rust #1163). */
  private async drawSecret(): Promise<void> {
    if (this.byCode.hasSecret || this.isConfirming || this.isConfirmed) return;
    await this.replaceSecret(randomBytes(SECRET_BYTES));
  }

  /** All refs were shown. Whether WhatsApp gives more of them to the same connection, only the real server can tell. */
  private async requestRef(): Promise<void> {
    try {
      this.furtherRefs += 1;
      if (this.furtherRefs > MAX_FURTHER_REFS) throw new Error('enough refs for one connection');
      const [ref] = textsOf(await this.context.query(mdQuery('get', 'ref')), 'ref');
      if (!ref) throw new Error('WhatsApp has sent no ref');
      if (!this.isOver && !this.isConfirming) this.refs.add(ref);
    } catch {
      if (!this.byCode.isUnderWay && !this.isConfirming) this.end(linkFailures.nobodyScanned());
    }
  }

  /** The phone has confirmed the device. From our answer on it counts as linked, so that the link is kept before. */
  private async complete(pairSuccess: BinaryNode): Promise<void> {
    const pairing = await this.verify(pairSuccess);
    if (!pairing) return;
    if (!this.isConfirmed) await this.context.saveLink(pairing.creds);
    this.isConfirmed = true;
    await this.context.send(pairing.reply);
    this.byCode.clear();
    this.byPasskey.clear();
    this.refs.clear();
    this.within(RESTART_WITHIN_MS, () => null);
  }

  /** @returns null when the phone has signed for another secret or another device, which is then told to both sides */
  private async verify(
    pairSuccess: BinaryNode,
  ): Promise<ReturnType<typeof configureSuccessfulPairing> | null> {
    try {
      return configureSuccessfulPairing(pairSuccess, this.context.creds);
    } catch (error) {
      const { message } = error as Error;
      this.logger.warn(`The confirmation of the link is not valid: ${message}`);
      const { code, text } = pairError(message);
      await this.context.send(refusalOf(pairSuccess, code, text));
      this.end(this.wrongSignature(message));
      return null;
    }
  }

  private wrongSignature(reason: string): LinkFailure {
    if (reason === NOT_SIGNED) return linkFailures.signatureInvalid();
    if (this.isConfirming) return linkFailures.passkeyFailed(`the phone signed something else (${reason})`);
    return this.byCode.hasSecret ? linkFailures.codeNotCompleted() : linkFailures.wrongSecret();
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
    this.byCode.close();
  }
}

/** The words of whatsmeow pair.go for what Baileys' validate-connection.js finds wrong. */
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
