/** Result of the command `unlink`. If WhatsApp was not notified, the phone still lists the device. */
export type UnlinkResult = 'notified' | 'not_notified';
