/** The file system, as far as durable state needs it. Behind a port so that faults can be injected at every call. Errors are Node's system errors. */
export interface Disk {
  /** `append`: created if missing, written at the end. `read`: must exist. `write`: created or emptied. `update`: must exist, written anywhere. */
  open(path: string, mode: "append" | "read" | "write" | "update"): Promise<DiskFile>;
  readFile(path: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Creates the folder and its parents, readable by the owner alone; resolves when they are there and their names are durable, also
   * where a process that ended in the middle had made some of them.
   */
  makeFolder(folder: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(folder: string): Promise<void>;
  sizeBytes(path: string): Promise<number>;
  /** Kind of what stands at a path, and which one: equal for two names of one file. Rejects where nothing is there (ENOENT). */
  look(path: string): Promise<DiskPlace>;
}

export interface DiskPlace {
  readonly kind: "file" | "folder" | "other";
  /** `device:inode`. */
  readonly identity: string;
}

export interface DiskFile {
  /** Writes all the bytes, at `position` or, in mode append, at the end. */
  write(bytes: Uint8Array, position?: number): Promise<void>;
  /** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  truncate(sizeBytes: number): Promise<void>;
  /** Makes data and length durable. */
  sync(): Promise<void>;
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}
