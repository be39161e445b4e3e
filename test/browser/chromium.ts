import { existsSync } from 'node:fs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Where Chromium is installed; undefined when it is not, and tests with a browser cannot run. */
export const chromiumPath = CHROMIUM.find((path) => existsSync(path));

/** How to launch it. */
export const CHROMIUM_OPTIONS = {
  executablePath: chromiumPath,
  headless: true,
  chromiumSandbox: process.getuid?.() !== 0,
};
