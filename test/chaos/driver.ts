import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { Changes } from './changes.js';
import { Consumers } from './consumers.js';
import type { Scenario, Step } from './steps.js';
import { type SharedTrouble, Troubles } from './troubles.js';

const SETTLE_TIMEOUT_MS = 90_000;
/** The service may be killed and restarted meanwhile, alongside other suites. */
const LINK_TIMEOUT_MS = 240_000;
/** Stanzas that are not acknowledged by then are redelivered only at the next login. */
const REDELIVER_AFTER_MS = 5_000;
const OUTAGE_AT_START_MS = 700;

/** Result of a round: how many names and push names are correct, of all that the model lists. */
export interface Outcome {
  namesRight: boolean;
  pushNamesRight: boolean;
  kills: number;
  differences: string[];
}

/** Applies a scenario to one session of a real service, and to the model of its address book. */
export class Driver {
  private readonly changes: Changes;
  private readonly troubles: Troubles;
  private consumers: Consumers | null = null;

  private constructor(
    private readonly world: World,
    private readonly shared: SharedTrouble,
    private readonly at: number,
  ) {
    this.changes = new Changes(world, at);
    this.troubles = new Troubles(world, shared);
  }

  /** Runs one round on a new service, with one session per scenario, all in parallel. */
  static async run(scenarios: Scenario[]): Promise<Outcome> {
    const shared = { kills: 0, isDown: false };
    const world = await World.create({ WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8' });
    const drivers: Driver[] = [];
    try {
      for (const at of scenarios.keys()) {
        const own = at === 0 ? world : await world.beside(`session-${at}`, String(491701230000 + at));
        drivers.push(new Driver(own, shared, at));
      }
      await Promise.all(drivers.map((driver, at) => driver.prepare(scenarios[at] as Scenario)));
      await world.startService();
      await Promise.all(drivers.map((driver, at) => driver.play(scenarios[at] as Scenario)));
      return joinOutcomes(await Promise.all(drivers.map((driver) => driver.settle())));
    } finally {
      for (const { consumers } of drivers) await consumers?.stop();
      await world.stop();
    }
  }

  private async prepare({ before }: Scenario): Promise<void> {
    for (const step of before) await this.changes.make(step);
  }

  private async play({ atStart, after }: Scenario): Promise<void> {
    await Promise.all([this.link(), this.troubleAtStart(atStart)]);
    this.consumers = new Consumers(this.world, this.at);
    for (const step of after) await this.happen(step);
    await this.troubles.end();
  }

  private async happen(step: Step): Promise<void> {
    if (await this.changes.make(step)) return;
    await (step.kind === 'relink' ? this.relink() : this.troubles.make(step));
  }

  private async troubleAtStart(step: Step | null): Promise<void> {
    if (!step) return;
    await this.troubles.make(step);
    await sleep(OUTAGE_AT_START_MS);
    await this.troubles.recover();
  }

  /** Links until both sides agree, because after a kill only one side may have stored the link. */
  private async link(): Promise<void> {
    const { phone } = this.world;
    await eventually(
      'the phone is linked',
      async () => {
        if (phone.companions.at(-1)?.online) return true;
        const session = await this.world.state().catch(() => null);
        if (session?.qr) await phone.scan(session.qr, { timeoutMs: 10_000 }).catch(() => {});
        if (session?.status === 'disconnected') await this.world.skipPause().catch(() => {});
        return phone.companions.at(-1)?.online;
      },
      LINK_TIMEOUT_MS,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${this.world.service.output.slice(-4_000)}`);
    });
    for (const stale of phone.companions.slice(0, -1)) phone.unlink(stale);
    this.changes.hearHistory();
  }

  /** Delivers queued stanzas first, because removing a device deletes them. */
  private async relink(): Promise<void> {
    await this.settle();
    this.world.phone.unlink();
    await this.world.stateThat(({ qr }) => qr !== null, SETTLE_TIMEOUT_MS);
    await this.link();
  }

  /** Stops all faults, and waits until the service equals the model. */
  private async settle(): Promise<Outcome> {
    await this.troubles.end();
    this.consumers?.calm();
    let differences: string[] = ['nothing was read'];
    let redeliverAtMs = Date.now() + REDELIVER_AFTER_MS;
    const look = async () => {
      await this.world.skipPause();
      const session = await this.world.state();
      const pending = this.world.phone.companions.some(({ outbox }) => outbox.size > 0);
      if (session.status === 'open' && pending && Date.now() > redeliverAtMs) {
        redeliverAtMs = Date.now() + REDELIVER_AFTER_MS;
        this.troubles.cutOwn();
      }
      const isCalm =
        session.status === 'open' && session.reason === null && session.contacts.sync === 'complete';
      differences = await this.changes.differences();
      if (differences.length === 0) differences = (await this.consumers?.differences()) ?? [];
      if (!isCalm || pending)
        differences.unshift(`${session.status} ${session.reason ?? ''} ${session.contacts.sync}`);
      return differences.length === 0;
    };
    // Another session may restart the service during the request.
    const lookSafely = () =>
      look().catch((error: Error) => {
        differences = [error.stack ?? error.message];
        return false;
      });
    await eventually('everything is settled', lookSafely, SETTLE_TIMEOUT_MS).catch(() => {});
    if (differences.length > 0)
      differences.push(`${this.world.session}: the log is ${await keepLog(this.world.service.output)}`);
    const isRight = (field: string) => !differences.some((line) => line.includes(`${field}:`));
    const namesRight = isRight('full_name') && isRight('first_name') && isRight('listed');
    return { namesRight, pushNamesRight: isRight('push_name'), kills: this.shared.kills, differences };
  }
}

async function keepLog(log: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'chaos-')), 'service.log');
  await writeFile(file, log);
  return file;
}

function joinOutcomes(outcomes: Outcome[]): Outcome {
  return {
    namesRight: outcomes.every(({ namesRight }) => namesRight),
    pushNamesRight: outcomes.every(({ pushNamesRight }) => pushNamesRight),
    kills: Math.max(...outcomes.map(({ kills }) => kills)),
    differences: outcomes.flatMap(({ differences }) => differences),
  };
}
