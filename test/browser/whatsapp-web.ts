import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Passkey } from '../whatsapp-server/linking/passkey.js';
import { CHROMIUM_OPTIONS } from './chromium.js';

const EXTENSION = join(import.meta.dirname, '../../extension');

/** A replacement of the WhatsApp Web page, with a similar policy: it can only send requests to its own origin. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>WhatsApp</title>
<link rel="icon" href="data:,"><h1>WhatsApp Web</h1>`;
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

/** A Chromium with the extension and a passkey, which loads the replacement page as https://web.whatsapp.com. */
export class WhatsAppWeb {
  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /**
   * @param passkey in the browser's own (virtual) authenticator
   * @param options.devToolsPort where to serve the developer tools, if they are wanted
   */
  static async open(passkey: Passkey, options: { devToolsPort?: number } = {}): Promise<WhatsAppWeb> {
    const context = await chromium.launchPersistentContext('', {
      ...CHROMIUM_OPTIONS,
      viewport: { width: 1000, height: 600 },
      args: [
        `--disable-extensions-except=${EXTENSION}`,
        `--load-extension=${EXTENSION}`,
        ...(options.devToolsPort
          ? [`--remote-debugging-port=${options.devToolsPort}`, '--remote-allow-origins=*']
          : []),
      ],
    });
    if (context.serviceWorkers().length === 0) await context.waitForEvent('serviceworker');
    const page = context.pages()[0] ?? (await context.newPage());
    // Not set for the context, because then it would also answer CORS preflights of the extension.
    await page.route('https://web.whatsapp.com/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: { 'content-security-policy': POLICY },
        body: PAGE,
      }),
    );
    await addPasskey(context, page, passkey);
    return new WhatsAppWeb(context, page);
  }

  /** Opens the link that the service returns, and confirms it. @returns the message of the extension */
  async confirmByExtension(link: string): Promise<string> {
    await this.page.goto(link);
    await this.page.getByRole('button', { name: 'Confirm with passkey' }).click();
    const outcome = this.page.locator('output').filter({ hasNotText: 'Waiting' }).filter({ hasText: /\w/ });
    return (await outcome.textContent()) ?? '';
  }

  /** Runs the line in the page, as its developer tools would. @returns what is to be pasted back */
  async runInConsole(line: string): Promise<string> {
    await this.page.goto('https://web.whatsapp.com/');
    const session = await this.page.context().newCDPSession(this.page);
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: line,
      replMode: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return String(result.value);
  }

  /** The developer tools of the page, with their console in front. */
  async openDevTools(port: number): Promise<Page> {
    await this.page.goto('https://web.whatsapp.com/');
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      id: string;
      url: string;
    }[];
    const id = targets.find(({ url }) => url.startsWith('https://web.whatsapp.com'))?.id;
    const tools = await this.context.newPage();
    const address = `127.0.0.1:${port}/devtools`;
    await tools.goto(`http://${address}/inspector.html?ws=${address}/page/${id}&panel=console`);
    return tools;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

async function addPasskey(context: BrowserContext, page: Page, passkey: Passkey): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await session.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: passkey.credentialId.toString('base64'),
      isResidentCredential: true,
      rpId: 'whatsapp.com',
      privateKey: passkey.privateKey,
      userHandle: passkey.userHandle.toString('base64'),
      signCount: 0,
    },
  });
}
