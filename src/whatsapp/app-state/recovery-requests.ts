import { Logger } from '@nestjs/common';
import { proto } from '@whiskeysockets/baileys';
import type { Lease } from '../lease/lease.js';
import type { AppStateRepository } from './app-state.repository.js';

/** Asks the phone for a collection of which no snapshot was of use; how often at most, the database knows. */
export class RecoveryRequests {
  private readonly logger = new Logger(RecoveryRequests.name);

  /** @param write writes to the phone, and throws when it cannot be sent */
  constructor(
    private readonly accountId: number,
    private readonly lease: Lease,
    private readonly appState: AppStateRepository,
    private readonly write: (message: proto.IMessage) => Promise<void>,
  ) {}

  /** Unless it was asked a short while ago. What it answers is taken like any other message of the phone. */
  async ask(collection: string): Promise<void> {
    const { accountId, appState, lease } = this;
    if (!(await lease.transaction((tx) => appState.claimRecovery(tx, accountId, collection)))) return;
    this.logger.log(`Asking the phone for all of ${collection}`);
    try {
      await this.write(recoveryRequest(collection));
    } catch (error) {
      await lease.transaction((tx) => appState.releaseRecovery(tx, accountId, collection));
      throw error;
    }
  }
}

/** Asks the phone for all records of a collection, in plain. Never the fatal exception: that would unlink all devices. */
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
