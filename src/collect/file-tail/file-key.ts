/** The name of a file for as long as it exists, under whatever path: its device and inode. */
export function keyOf(file: { readonly device: string; readonly inode: string }): string {
  return `${file.device}:${file.inode}`;
}
