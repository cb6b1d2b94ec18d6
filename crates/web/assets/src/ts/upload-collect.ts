// Files from a drop, a paste or a picker, whole folders included, each with the folder it came in.

export interface Found {
  file: File;
  /** "Evidence/Experts", or empty. */
  folder: string;
}

const SKIP = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

function entries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function walk(entry: FileSystemEntry, folder: string, found: Found[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    if (!SKIP.has(file.name)) found.push({ file, folder });
  } else if (entry.isDirectory) {
    const inside = folder ? `${folder}/${entry.name}` : entry.name;
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // a reader gives at most a hundred at a time, and nothing when it is done
    for (let some = await entries(reader); some.length > 0; some = await entries(reader)) {
      for (const each of some) await walk(each, inside, found);
    }
  }
}

/** Everything in a drop or paste. Must be called before the event ends: the entries are taken at once. */
export async function fromTransfer(transfer: DataTransfer): Promise<Found[]> {
  const found: Found[] = [];
  const taken: FileSystemEntry[] = [];
  const plain: File[] = [];
  for (const item of Array.from(transfer.items)) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry ? null : item.getAsFile();
    if (entry) taken.push(entry);
    else if (file) plain.push(file);
  }
  for (const entry of taken) await walk(entry, "", found);
  for (const file of plain) found.push({ file, folder: "" });
  return found;
}

/** A picked list; a picked folder gives each file its path. */
export function fromPicker(files: FileList): Found[] {
  return Array.from(files)
    .filter((file) => !SKIP.has(file.name))
    .map((file) => ({ file, folder: file.webkitRelativePath.split("/").slice(0, -1).join("/") }));
}
