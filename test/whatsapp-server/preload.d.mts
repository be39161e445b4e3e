/** Redirects Baileys in this process to a WhatsApp server for tests. Returns a function that reverts this. */
export function attach(server: { url: string; rootKey: string; mediaUrl: string }): Promise<() => void>;
