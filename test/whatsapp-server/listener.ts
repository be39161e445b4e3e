import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Who takes what comes in. */
export interface ListenerHandlers {
  /** whether this TCP connection is reset at once */
  refuses(): boolean;
  onWebSocket(socket: WebSocket): void;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}

const LOOPBACK = '127.0.0.1';
/** The path of WhatsApp's WebSocket. */
export const WEBSOCKET_PATH = '/ws/chat';

/** The port of the server: WebSocket, media downloads and web site. It can be closed and opened again. */
export class Listener {
  private readonly http: Server;
  private readonly webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private readonly sockets = new Set<Socket>();
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

  /** Listens on this port of the loopback interface; 0 picks a free one. */
  async open(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, LOOPBACK, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
    this.boundPort = (this.http.address() as AddressInfo).port;
  }

  /** Refuses new connections and cuts the open ones. */
  async close(): Promise<void> {
    if (!this.http.listening) return;
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    if (this.handlers.refuses()) {
      socket.resetAndDestroy();
      return;
    }
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
