/** The media server did not return the file, or returned a different one. A later attempt may succeed. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable';
  /** Files are stored for a few days; after that, the device has to upload the file again. */
  isGone = false;
}
