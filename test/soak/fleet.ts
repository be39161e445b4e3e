import { freePort } from '../support/free-port.js';
import { MemoryWatch } from '../support/memory.js';
import { Service } from '../support/service.js';

type Role = 'api' | 'session';

/** Names of the soak (address-book-changes.ts), and 32 bytes in base64. */
const SECRET = /\b(Saved \d{7}|Full \d|First \d|Name \d{2})|[A-Za-z0-9+/]{43}=/;

/** A process of the fleet under one port; after a kill another takes its place. */
export interface Member {
  name: string;
  role: Role;
  service: Service;
  memory: MemoryWatch;
  /** Frozen, or being started: let it be. */
  busy: boolean;
}

const SAMPLE_EVERY_MS = 1_000;
/** Memory is flat when its last third is not this much above its middle third. */
const GROWTH_LIMIT_MB = 60;
const ENOUGH_SAMPLES = 120;

/** Two replicas of each role. */
export class Fleet {
  readonly members: Member[] = [];
  /** Processes that ended by themselves, with their last words. */
  readonly crashes: string[] = [];
  private readonly retired: Member[] = [];

  private constructor(private readonly environment: Record<string, string>) {}

  static async start(environment: Record<string, string>): Promise<Fleet> {
    const fleet = new Fleet(environment);
    for (const role of ['api', 'session', 'api', 'session'] as const) {
      const member = await fleet.create(`${role}-${fleet.members.length}`, role);
      fleet.members.push(member);
      fleet.watch(member);
    }
    return fleet;
  }

  get apis(): Member[] {
    return this.members.filter(({ role }) => role === 'api');
  }

  get sessions(): Member[] {
    return this.members.filter(({ role }) => role === 'session');
  }

  /** The process that claimed the default session last, by its fencing token; none when it is not running. */
  get owner(): Member | undefined {
    const claims = this.sessions.map((member) => ({ member, token: lastToken(member.service.output) }));
    const last = claims.toSorted((a, b) => b.token - a.token)[0];
    return last && last.token > 0 && last.member.service.isRunning ? last.member : undefined;
  }

  /** How often a session's thread has died and was started again; at a start without database it has to. */
  get threadDeaths(): number {
    const all = [...this.retired, ...this.members].map(({ service }) => service.output);
    return all.join().split('Session thread exited').length - 1;
  }

  /** Log lines with names as AddressBookChanges creates them, or with keys in base64. */
  get indiscretions(): string[] {
    const logs = [...this.retired, ...this.members].map(({ service }) => service.output);
    return logs.flatMap((log) => log.split('\n').filter((line) => SECRET.test(line)));
  }

  get anyApi(): Service {
    const [api] = this.apis;
    if (!api) throw new Error('The fleet has no API');
    return api.service;
  }

  /** Ends a member by the signal and starts its successor on the same port. */
  async replace(member: Member, signal: NodeJS.Signals): Promise<void> {
    member.busy = true;
    this.retired.push({ ...member });
    await member.service.stop(signal);
    member.memory.stop();
    const { service, memory } = await this.create(member.name, member.role, member.service.port);
    Object.assign(member, { service, memory, busy: false });
    this.watch(member);
  }

  memoryReport(): { line: string; grows: boolean }[] {
    return [...this.retired, ...this.members]
      .filter(({ memory }) => memory.samplesMb.length >= ENOUGH_SAMPLES)
      .map(({ name, memory }) => {
        const third = Math.floor(memory.samplesMb.length / 3);
        const median = (from: number) =>
          memory.samplesMb.slice(from, from + third).sort((a, b) => a - b)[third >> 1] ?? 0;
        const [start, middle, end] = [median(0), median(third), median(2 * third)];
        const line = `${name} (${memory.pid}): ${start} -> ${middle} -> ${end} MB, peak ${memory.peakMb} MB`;
        return { line, grows: end - middle > GROWTH_LIMIT_MB };
      });
  }

  async stop(): Promise<void> {
    for (const member of this.members) member.busy = true;
    for (const { memory } of this.members) memory.stop();
    await Promise.all(this.members.map(({ service }) => service.stop('SIGKILL')));
  }

  /** Restarts a member that exits, as an orchestrator does, and stores its last output. */
  private watch(member: Member): void {
    const { service } = member;
    service.process.once('exit', (code, signal) => {
      if (member.busy) return;
      this.crashes.push(
        `${member.name} ended by itself (${code ?? signal}): ${service.output.slice(-2_000)}`,
      );
      void this.replace(member, 'SIGKILL');
    });
  }

  /** A start that fails, on a database that is away, is repeated, as an orchestrator does. */
  private async create(name: string, role: Role, port?: number): Promise<Member> {
    const PORT = String(port ?? (await freePort()));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const service = await Service.start({ ...this.environment, ROLE: role, PORT });
        const memory = new MemoryWatch(service.process.pid, SAMPLE_EVERY_MS);
        return { name, role, service, memory, busy: false };
      } catch (error) {
        if (attempt === 10) throw error;
      }
    }
  }
}

function lastToken(output: string): number {
  const claim = output
    .split('\n')
    .findLast((line) => line.includes('"Session lease claimed"') && line.includes('"session":"default"'));
  return Number(/"fencingToken":"(\d+)"/.exec(claim ?? '')?.[1] ?? 0);
}
