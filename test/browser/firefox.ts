import { existsSync } from 'node:fs';
import { type Browser, firefox } from 'playwright-core';

const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** Path of Firefox; undefined if it is not installed, in which case its tests are skipped. */
export const firefoxPath = FIREFOX.find((path) => existsSync(path));

/** Values of the preference that overrides the color scheme of the system. */
const COLOR_SCHEMES = { dark: 0, light: 1 };

/**
 * Starts the Firefox that users have, over WebDriver BiDi. Its color scheme and whether it avoids motion are set for the
 * whole browser, because this version of Firefox cannot emulate them.
 *
 * @param downloadsPath folder in which it saves files; it does not report downloads
 */
export function launchFirefox(colorScheme: 'light' | 'dark', downloadsPath?: string): Promise<Browser> {
  return firefox.launch({
    channel: 'moz-firefox',
    executablePath: firefoxPath,
    headless: true,
    downloadsPath,
    firefoxUserPrefs: {
      'layout.css.prefers-color-scheme.content-override': COLOR_SCHEMES[colorScheme],
      'ui.prefersReducedMotion': 1,
    },
  });
}
