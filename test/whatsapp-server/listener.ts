import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { Mutex } from './mutex.js';

/** Callbacks of a listener. */
export interface ListenerHandlers {
  /** whether to reset a new TCP connection */
  shouldReset(): boolean;
  onWebSocket(socket: WebSocket): void;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}

const LOOPBACK = '127.0.0.1';
const PORT_TIMEOUT_MS = 10_000;
const PORT_RETRY_MS = 100;
/** Path of WhatsApp's WebSocket. */
export const WEBSOCKET_PATH = '/ws/chat';

/** Listens on the port of the server: WebSocket, media downloads and website. Can be closed and reopened. */
export class Listener {
  private readonly http: Server;
  private readonly webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private readonly sockets = new Set<Socket>();
  /** Serializes calls, because sessions of a test that share the server can close and open it at the same time. */
  private readonly changes = new Mutex();
  /** Remote ports of all connections so far. Tests compare them with TestProxy.outgoingPorts. */
  readonly clientPorts = new Set<number>();
  private boundPort = 0;

  constructor(private readonly handlers: ListenerHandlers) {
    this.http = createServer((request, response) => handlers.onRequest(request, response));
    this.http.on('connection', (socket) => this.accept(socket));
    this.http.on('upgrade', (request, socket, head) => {
      if (request.url?.split('?')[0] !== WEBSOCKET_PATH) {
        socket.destroy();
        return;
      }
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => handlers.onWebSocket(webSocket));
    });
  }

  get port(): number {
    return this.boundPort;
  }

  /**
   * Listens on this port of the loopback interface. Retries if the port is in use, because an
   * outgoing connection of another process can occupy it for a short time.
   */
  open(port: number): Promise<void> {
    return this.changes.run(async () => {
      const deadlineMs = performance.now() + PORT_TIMEOUT_MS;
      while (!this.http.listening) {
        this.http.listen(port, LOOPBACK);
        try {
          await once(this.http, 'listening');
        } catch (error) {
          const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
          if (!isTaken || performance.now() > deadlineMs) throw error;
          await sleep(PORT_RETRY_MS);
        }
      }
      this.boundPort = (this.http.address() as AddressInfo).port;
    });
  }

  /** Refuses new connections and cuts the open ones. */
  close(): Promise<void> {
    return this.changes.run(async () => {
      if (!this.http.listening) return;
      const closed = once(this.http, 'close');
      this.http.close();
      for (const socket of this.sockets) socket.destroy();
      await closed;
    });
  }

  private accept(socket: Socket): void {
    if (this.handlers.shouldReset()) {
      socket.resetAndDestroy();
      return;
    }
    this.clientPorts.add(socket.remotePort ?? 0);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
