import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { Passkey } from '../whatsapp-server/linking/passkey.js';
import { FROM_SERVER, FROM_SERVICE, type LinkScenario } from './link-scenario.js';
import { assertionOf, requestCode, startUnlinked } from './link-world.js';

const ATTEMPT_TIMEOUT_MS = 15_000;
const NEXT_TIMEOUT_MS = 60_000;
const NOTHING_WRONG = /^Waiting for (a phone|WhatsApp|the pairing code)/;

/** How a first attempt ended; the one after it has linked. */
export type LinkOutcome = 'linked' | { why: string };

/** Plays scenarios one after the other: an attempt to link in which something goes wrong, and the next one. */
export class LinkPlayer {
  private passkey = new Passkey();
  private isCancelled = false;

  private constructor(readonly world: World) {}

  static async start(): Promise<LinkPlayer> {
    const world = await World.create();
    await world.startService();
    return new LinkPlayer(world);
  }

  /** @throws when an attempt ends without a link and without a word, or when the next one does not link */
  async play(scenario: LinkScenario): Promise<LinkOutcome> {
    const { server, phone } = this.world;
    this.passkey = new Passkey();
    this.isCancelled = false;
    Object.assign(server.linking.refreshes, scenario.refreshes);
    await startUnlinked(this.world);
    if (scenario.passkey !== 'none') {
      phone.passkey = { passkey: this.passkey, withOptions: scenario.passkey === 'required' };
    }
    const restarted = this.arm(scenario);
    const why = await this.attempt(scenario);
    server.faults.disarm();
    await restarted.done();
    const outcome = (await this.isLinked()) ? 'linked' : { why: why ?? (await this.reason()) };
    if (outcome !== 'linked') {
      if (!outcome.why) throw new Error('the attempt ended without a link and without a word');
      await this.linkAtLast(scenario);
    }
    return outcome;
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** Prepares what goes wrong; done() waits until a killed service runs again. */
  private arm({ trouble }: LinkScenario): { done(): Promise<void> } {
    const { faults } = this.world.server;
    let restarted: Promise<void> | undefined;
    switch (trouble.kind) {
      case 'killed at': {
        const fault = faults.received.arm({ ignore: true }, { when: FROM_SERVICE[trouble.at] });
        void fault.whenStruck().then(() => {
          restarted = this.world.killAndRestart();
          // The caller that awaits it handles its failure.
          restarted.catch(() => {});
        });
        break;
      }
      case 'refused':
        faults.received.arm(
          { error: { code: 400, text: 'bad-request' } },
          { when: FROM_SERVICE[trouble.at] },
        );
        break;
      case 'cut at':
        faults.received.arm({ cut: 'on-arrival' }, { when: FROM_SERVICE[trouble.at] });
        break;
      case 'cut after':
        faults.sent.arm('cut-after', { when: FROM_SERVER[trouble.at] });
        break;
      case 'refs renewed':
        this.world.server.renewQrRefs();
    }
    return { done: async () => restarted };
  }

  /** Performs the steps of a user. @returns the error of the service or the phone; null on success */
  private async attempt(scenario: LinkScenario): Promise<string | null> {
    const over = new AbortController();
    const linked = this.begin(scenario, over.signal);
    const confirmed = this.confirmWhenAsked(scenario, over.signal);
    const failed = this.failure(over.signal);
    try {
      return await Promise.race([linked, confirmed, failed]);
    } catch (error) {
      // A service that was killed answers nothing.
      return (error as Error).message;
    } finally {
      over.abort();
    }
  }

  private async begin({ way, trouble }: LinkScenario, signal: AbortSignal): Promise<string | null> {
    const { phone, service } = this.world;
    const limit = { timeoutMs: ATTEMPT_TIMEOUT_MS };
    try {
      if (way === 'qr') {
        await phone.scan(() => this.world.service.qr(), { ...limit, signal });
        return null;
      }
      await service.qr();
      const { status, body } = await requestCode(this.world);
      if (status !== 200) return body.message;
      if (trouble.kind === 'wrong code') await phone.enterPairingCode('AAAAAAAA', limit).catch(() => {});
      await phone.enterPairingCode(body.code, limit);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Resolves only when the service refuses something. */
  private async confirmWhenAsked({ trouble }: LinkScenario, over: AbortSignal): Promise<string | null> {
    await this.until(({ passkey }) => passkey?.step === 'assertion', over);
    const { service } = this.world;
    const ceremony = (await service.get<PasskeyDto>('/session/passkey')).body;
    if (trouble.kind === 'cancelled' && !this.isCancelled) {
      this.isCancelled = true;
      await service.request('/session/passkey', { method: 'DELETE' });
      return 'cancelled';
    }
    const submit = (passkey: Passkey) =>
      this.world.service.post<{ message: string }>('/session/passkey', {
        token: ceremony.token,
        assertion: assertionOf(passkey, ceremony),
      });
    if (trouble.kind === 'wrong assertion') await submit(new Passkey());
    const { status, body } = await submit(this.passkey);
    return status === 202 ? new Promise(() => {}) : body.message;
  }

  /** Resolves when the session reports that the attempt has failed. */
  private async failure(over: AbortSignal): Promise<string | null> {
    const before = await this.reason();
    const isNew = (reason: string) => !NOTHING_WRONG.test(reason) && sentence(reason) !== sentence(before);
    const { reason } = await this.until(
      ({ status, passkey, reason }) => status === 'linking' && !passkey && reason !== null && isNew(reason),
      over,
    );
    return reason;
  }

  /** Never resolves once the attempt is over. */
  private until(picks: (session: SessionDto) => boolean, over: AbortSignal): Promise<SessionDto> {
    const look = async () => {
      if (over.aborted) await new Promise(() => {});
      const session = await this.world.service.session().catch(() => null);
      return session && picks(session) ? session : null;
    };
    return eventually('the attempt comes to that', look, Infinity);
  }

  private async isLinked(): Promise<boolean> {
    const { phone, service } = this.world;
    if (phone.companions.length === 0) return false;
    return service
      .sessionThat(({ status }) => status === 'open', ATTEMPT_TIMEOUT_MS)
      .then(
        () => true,
        () => false,
      );
  }

  private async reason(): Promise<string> {
    return (await this.world.service.session().catch(() => null))?.reason ?? '';
  }

  private async linkAtLast(scenario: LinkScenario): Promise<void> {
    const { phone, service } = this.world;
    phone.unlink();
    await eventually(
      'the next attempt links',
      async () => {
        await this.attempt({ ...scenario, trouble: { kind: 'none' } }).catch(() => null);
        return this.isLinked();
      },
      NEXT_TIMEOUT_MS,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${service.output.slice(-4_000)}`);
    });
  }
}

/** Returns the first sentence, which is the reason of the failure; the next one describes what to do. */
function sentence(reason: string): string | undefined {
  return reason.split('.')[0];
}
