import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { CHROMIUM_OPTIONS } from './chromium.js';

/** For things that would never happen. */
const TIMEOUT_MS = 60_000;
/** As the browser logs answers that are errors; the page shows them itself. */
const LOGGED_ANSWER = /^Failed to load resource: /;

/** A user of the page who records every problem with it. Visitors share a browser, but neither storage nor cookies. */
export class Visitor {
  private static browser: Promise<Browser> | undefined;

  /** Policy violations, exceptions, and requests to other hosts. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly origin: string,
  ) {
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('pageerror', ({ message }) => this.complaints.push(`exception: ${message}`));
    page.on('console', (message) => {
      const [type, text] = [message.type(), message.text()];
      if ((type === 'error' || type === 'warning') && !LOGGED_ANSWER.test(text)) this.complaints.push(text);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith('blob:')) this.complaints.push(`asked ${url}`);
    });
  }

  /** @param port of the service */
  static async arrive(port: number, options: BrowserContextOptions = {}): Promise<Visitor> {
    return Visitor.arriveWith(await (Visitor.browser ??= chromium.launch(CHROMIUM_OPTIONS)), port, options);
  }

  /** Arrives with a browser that the caller has started, and closes. */
  static async arriveWith(
    browser: Browser,
    port: number,
    options: BrowserContextOptions = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    const visitor = new Visitor(context, await context.newPage(), `http://127.0.0.1:${port}`);
    // The browser reports each violation, independently of the console.
    await visitor.page.exposeFunction('noteViolation', (text: string) => visitor.complaints.push(text));
    await visitor.page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        (globalThis as unknown as { noteViolation: (text: string) => void }).noteViolation(
          `policy: ${violatedDirective} ${blockedURI}`,
        ),
      ),
    );
    return visitor;
  }

  /** @param route behind the `#` */
  async open(route = ''): Promise<void> {
    await this.page.goto(`${this.origin}/${route && `#${route}`}`);
  }

  /** Waits for a text that can be seen. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  async seesNo(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ state: 'hidden' });
  }

  async click(name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
    await this.page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** Text of the QR code on show. */
  async qr(): Promise<string> {
    const code = this.page.locator('.qr svg');
    await code.waitFor();
    return (await code.getAttribute('data-text')) ?? '';
  }

  /** Names in the list, as far as they are rendered. */
  names(): Promise<string[]> {
    return this.page.locator('.list .row-name > bdi').allTextContents();
  }

  /** Returns the number of cookies, which the browser would send by itself. */
  async cookies(): Promise<number> {
    return (await this.context.cookies()).length;
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  /** Closes the browser. The next visitor starts another one. */
  static async closeBrowser(): Promise<void> {
    const browser = await Visitor.browser;
    Visitor.browser = undefined;
    await browser?.close();
  }
}
