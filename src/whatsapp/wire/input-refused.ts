/** The input is permanently unacceptable: too large, from a foreign host, or different from the announced file. */
export class InputRefused extends Error {
  override readonly name = 'InputRefused';
}
