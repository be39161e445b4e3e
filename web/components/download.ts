import { request } from '../api/client.js';

/** Time in which a slow browser begins the download. */
const REVOKE_AFTER_MS = 60_000;

/**
 * Downloads a file. A link cannot send the key.
 *
 * @param path of the API, with parameters
 * @throws ApiError
 */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await request(path);
  const url = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: fileName });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}
