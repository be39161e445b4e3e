/** Whether only this computer can open an address, or others can, with or without encryption. */
export type Reach = 'local' | 'plain' | 'secure';

export function reachOf({ protocol, hostname }: Pick<Location, 'protocol' | 'hostname'>): Reach {
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]';
  if (isLocal || /^127\.\d+\.\d+\.\d+$/.test(hostname)) return 'local';
  return protocol === 'https:' ? 'secure' : 'plain';
}
