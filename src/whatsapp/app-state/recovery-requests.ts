import { proto } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import type { Lease } from '../lease/lease.js';
import type { AppStateRepository } from './app-state.repository.js';

/** Requests the phone's copy of a collection whose snapshots are unusable. */
export class RecoveryRequests {
  private readonly log = new Log(RecoveryRequests.name);

  /** @param write sends a message to the phone, and throws if it cannot be sent */
  constructor(
    private readonly accountId: number,
    private readonly lease: Lease,
    private readonly appState: AppStateRepository,
    private readonly write: (message: proto.IMessage) => Promise<void>,
  ) {}

  /** Sends a request, unless the last one is too recent. The response arrives like any other message from the phone. */
  async request(collection: string): Promise<void> {
    const { accountId, appState, lease } = this;
    const key = { accountId, collection };
    if (!(await lease.transaction((tx) => appState.claimRecovery(tx, key)))) return;
    this.log.info({ collection }, "Requesting the phone's copy of the collection");
    try {
      await this.write(recoveryRequest(collection));
    } catch (error) {
      await lease.transaction((tx) => appState.releaseRecovery(tx, key));
      throw error;
    }
  }
}

/** Requests all records of a collection, unencrypted. Reporting a fatal exception instead would unlink all devices. */
function recoveryRequest(collectionName: string): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
      peerDataOperationRequestMessage: {
        peerDataOperationRequestType:
          proto.Message.PeerDataOperationRequestType.COMPANION_SYNCD_SNAPSHOT_FATAL_RECOVERY,
        syncdCollectionFatalRecoveryRequest: { collectionName, timestamp: Math.floor(Date.now() / 1_000) },
      },
    },
  };
}
