/** Points Baileys in this process at a WhatsApp server for tests; the returned function puts everything back. */
export function attach(server: { url: string; rootKey: string; mediaUrl: string }): Promise<() => void>;
