import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const LOOK_EVERY_MS = 20;

/** Watches, from WhatsApp's side, that each session is one process's. */
export class OwnerWatch {
  private readonly startedAt = Date.now();
  private most = 0;
  private connectedMs = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly server: WhatsAppServer,
    private readonly sessions: number,
  ) {
    this.timer = setInterval(() => {
      const live = server.connections.flatMap(({ isSilent, companion }) =>
        isSilent || !companion ? [] : companion,
      );
      const devices = new Set(live);
      for (const device of devices) {
        this.most = Math.max(this.most, live.filter((each) => each === device).length);
      }
      this.connectedMs += (LOOK_EVERY_MS * devices.size) / Math.max(1, this.sessions);
    }, LOOK_EVERY_MS);
  }

  /** @param allowedConflicts owners that were frozen with their line open */
  problems(allowedConflicts: number): string[] {
    const { conflicts } = this.server;
    return [
      ...(this.most > 1 ? [`${this.most} connections of one device were live at once`] : []),
      ...(conflicts > allowedConflicts ? [`${conflicts} conflicts, with ${allowedConflicts} freezes`] : []),
    ];
  }

  summary(): string {
    const share = (this.connectedMs / (Date.now() - this.startedAt)) * 100;
    return `each connected ${share.toFixed(0)} % of the time, ${this.server.conflicts} conflicts (frozen owners)`;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
