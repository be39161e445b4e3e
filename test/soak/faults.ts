import { setTimeout as sleep } from 'node:timers/promises';
import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import type { Hindrance } from './acknowledgements.js';
import type { DatabaseOutages } from './database-outages.js';
import type { Fleet, Member } from './fleet.js';
import type { Random } from './random.js';

/** Time that a thawed process needs for the stanzas that arrived while it was frozen. */
const THAW_MS = 1_000;
const RECOVERY_MS = 5_000;
/** The service detects a silent connection after 35 to 40 s, and reconnects. */
const SILENCE_MS = 45_000;

interface World {
  sessions: unknown[];
  server: WhatsAppServer;
  fleet: Fleet;
  outages: DatabaseOutages;
  random: Random;
}

/** Causes random faults of the fleet, one after another. */
export class Faults {
  readonly counts: Record<string, number> = {};
  /** Sessions whose process was frozen: WhatsApp may have seen it connected when another took over. */
  frozenOwners = 0;
  readonly hindrances: Hindrance[] = [];
  private readonly kinds: Record<string, () => Promise<void>>;

  constructor(private readonly world: World) {
    const { server, fleet, outages, random } = world;
    const anyConnection = () => server.connections[random.int(0, server.connections.length - 1)];
    this.kinds = {
      killSession: () => this.replace(fleet.sessions, 'SIGKILL'),
      stopSession: () => this.replace(fleet.sessions, 'SIGTERM'),
      freezeSession: () => this.freeze(),
      restartApi: () => this.replace(fleet.apis, 'SIGTERM'),
      cutLine: async () => anyConnection()?.cut(),
      silenceLine: async () => {
        const connection = anyConnection();
        if (!connection?.companion) return;
        connection.goSilent();
        const { companion } = connection;
        this.hindrances.push({ companion, from: Date.now(), to: Date.now() + SILENCE_MS });
      },
      streamError: async () => anyConnection()?.endWithStreamError(random.pick([500, 503, 515] as const)),
      restartDatabase: async () => {
        const from = Date.now();
        await outages.restart(random.int(500, 15_000));
        this.hindrances.push({ from, to: Date.now() + RECOVERY_MS });
      },
    };
  }

  async until(endAt: number): Promise<void> {
    const { random } = this.world;
    while (Date.now() < endAt) {
      await sleep(random.int(1_000, 15_000));
      const kind = random.pick(Object.keys(this.kinds));
      this.counts[kind] = (this.counts[kind] ?? 0) + 1;
      console.log(`${new Date().toISOString()} ${kind}`);
      await this.kinds[kind]?.();
    }
  }

  private async replace(members: Member[], signal: NodeJS.Signals): Promise<void> {
    const member = this.world.random.pick(members);
    if (!member.busy) await this.world.fleet.replace(member, signal);
  }

  private async freeze(): Promise<void> {
    const { random, fleet } = this.world;
    const member = random.pick(fleet.sessions);
    if (member.busy) return;
    this.frozenOwners += this.world.sessions.length;
    member.busy = true;
    const from = Date.now();
    member.service.process.kill('SIGSTOP');
    await sleep(random.int(1_000, 30_000));
    member.service.process.kill('SIGCONT');
    this.hindrances.push({ from, to: Date.now() + THAW_MS });
    member.busy = false;
  }
}
