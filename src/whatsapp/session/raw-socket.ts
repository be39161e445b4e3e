import type { WASocket } from '@whiskeysockets/baileys';

/** The part of `ws`' WebSocket that is used here. */
interface RawSocket {
  send(...args: unknown[]): void;
  terminate(): void;
}

/** The WebSocket under Baileys' client, which Baileys makes but does not show; null when it is gone. */
export function rawSocketOf(socket: WASocket): RawSocket | null {
  return (socket.ws as unknown as { socket: RawSocket | null }).socket;
}

/**
 * Lets nothing out once the session may belong to another process. A process that was asleep wakes up with its line
 * still open and its timers due; what they would send is held back here, and the line is cut.
 */
export function speakOnlyWhile(socket: WASocket, maySpeak: () => boolean): void {
  const raw = rawSocketOf(socket);
  if (!raw) return;
  const send = raw.send.bind(raw);
  raw.send = (...args) => {
    if (maySpeak()) send(...args);
    else raw.terminate();
  };
}
