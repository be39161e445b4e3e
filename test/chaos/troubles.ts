import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../support/world.js';
import { armFault } from './armed-faults.js';
import type { Step } from './steps.js';

/** State of the deployment that all sessions share. */
export interface SharedTrouble {
  kills: number;
  isDown: boolean;
}

/** Lets a service have trouble with WhatsApp, its database and its life. */
export class Troubles {
  private withheld = false;

  constructor(
    private readonly world: World,
    private readonly shared: SharedTrouble,
  ) {}

  async make(step: Step): Promise<void> {
    const { world } = this;
    switch (step.kind) {
      case 'rotateKey':
        if (step.withheld) world.phone.withholdSyncKeys();
        this.withheld ||= step.withheld;
        world.phone.rotateSyncKey().catch(() => {});
        return;
      case 'shareKeys':
        return this.shareKeys();
      case 'cut':
        return this.cut();
      case 'outage':
        if (this.shared.isDown) return;
        this.shared.isDown = true;
        return world.server.goDown();
      case 'recover':
        return this.recover();
      case 'loseDatabase':
        return this.loseDatabase();
      case 'kill':
        await sleep(step.afterMs);
        this.shared.kills += 1;
        return world.killAndRestart();
      case 'restart':
        return world.restart();
      case 'fault':
        armFault(world.server.faults, step.fault);
        return;
      case 'pause':
        await sleep(step.forMs);
    }
  }

  private cut(): void {
    for (const connection of this.world.server.connections) connection.cut();
  }

  /** The line of this session alone. */
  cutOwn(): void {
    for (const { connection } of this.world.phone.companions) connection?.cut();
  }

  async recover(): Promise<void> {
    if (!this.shared.isDown) return;
    this.shared.isDown = false;
    await this.world.server.comeBack();
  }

  /** Everything works again. */
  async end(): Promise<void> {
    this.world.server.faults.disarm();
    await this.recover();
    if (this.withheld) this.shareKeys();
  }

  private shareKeys(): void {
    this.withheld = false;
    this.world.phone.shareSyncKeys().catch(() => {});
  }

  private async loseDatabase(): Promise<void> {
    const lost = this.world.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    // Another session's trouble may end this very connection.
    await lost.catch(() => {});
  }
}
