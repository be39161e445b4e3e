/** The media server did not return the file, or returned another one. A later attempt may succeed. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable';
  /** Files are stored for some days; after that only the device that uploaded it can help. */
  isGone = false;
}
