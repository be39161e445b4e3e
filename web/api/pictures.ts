import { request } from './client.js';

/** A few screens of a list. */
const MAX_KEPT = 400;

/** Pictures as the browser can show them. They are read with the key, which `<img src>` cannot send. */
class Pictures {
  /** Ordered by last use, the latest last. */
  private readonly kept = new Map<string, string>();

  /** @returns null when it is not there yet */
  peek(path: string, version: string): string | null {
    return this.kept.get(idOf(path, version)) ?? null;
  }

  /** @returns null when there is none after all */
  async get(path: string, version: string): Promise<string | null> {
    const known = this.peek(path, version);
    if (known !== null) return known;
    const response = await request(path).catch(() => null);
    if (!response) return null;
    const url = URL.createObjectURL(await response.blob());
    this.keep(idOf(path, version), url);
    return url;
  }

  private keep(id: string, url: string): void {
    this.kept.set(id, url);
    const [oldest] = this.kept;
    if (this.kept.size <= MAX_KEPT || !oldest) return;
    this.kept.delete(oldest[0]);
    URL.revokeObjectURL(oldest[1]);
  }
}

function idOf(path: string, version: string): string {
  return `${path} ${version}`;
}

export const pictures = new Pictures();
