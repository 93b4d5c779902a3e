/** Why a snapshot cannot be taken for one. */
export class SnapshotFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SnapshotFault";
  }
}
