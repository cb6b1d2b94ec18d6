// Where an upload left off, kept in this browser under a hash: no file name, no folder, no matter is written here.
import type { PreviousUpload, UrlStorage } from "tus-js-client";
import { hex, sha256 } from "./dom";

const PREFIX = "strongroom:upload:";

/** The hash that names an upload: the same file for the same place finds its way on. */
export async function fingerprint(parts: (string | number)[]): Promise<string> {
  return hex(await sha256(new TextEncoder().encode(JSON.stringify(parts)))).slice(0, 40);
}

/** The first letters of every hash of one matter, so that what waits for it can be counted. */
export async function matterMark(matter: string): Promise<string> {
  return (await fingerprint(["matter", matter])).slice(0, 12);
}

interface Kept {
  url: string;
  size: number | null;
  at: string;
}

function read(key: string): PreviousUpload | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
    if (!kept || typeof kept.url !== "string") return null;
    return { size: kept.size, metadata: {}, creationTime: kept.at, urlStorageKey: key, uploadUrl: kept.url, parallelUploadUrls: null };
  } catch {
    return null;
  }
}

function keys(start: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

/** What tus-js-client remembers, less everything that tells of a file. */
export class HashedStorage implements UrlStorage {
  async findAllUploads(): Promise<PreviousUpload[]> {
    return keys(PREFIX).map(read).filter((kept) => kept !== null);
  }

  async findUploadsByFingerprint(print: string): Promise<PreviousUpload[]> {
    const kept = read(PREFIX + print);
    return kept ? [kept] : [];
  }

  async removeUpload(key: string): Promise<void> {
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing was kept
    }
  }

  async addUpload(print: string, upload: PreviousUpload): Promise<string> {
    const key = PREFIX + print;
    try {
      localStorage.setItem(key, JSON.stringify({ url: upload.uploadUrl, size: upload.size, at: upload.creationTime }));
    } catch {
      // it uploads all the same; it only cannot go on after the browser closes
    }
    return key;
  }
}

/** How many uploads to this matter stopped part-way in this browser. */
export async function waitingFor(matter: string): Promise<number> {
  return keys(`${PREFIX}${await matterMark(matter)}`).length;
}
