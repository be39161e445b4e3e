/** The input is not acceptable, however often it is read: too large, from a foreign host, not what was announced. */
export class InputRefused extends Error {
  override readonly name = 'InputRefused';
}
