// Where an upload left off, kept in this browser under a hash: no file name, no folder, no matter is written here.
import type { PreviousUpload, UrlStorage } from "tus-js-client";
import { hex, sha256 } from "./dom";

const PREFIX = "strongroom:upload:";

/** The hash that names an upload: the same file for the same place finds its way on. */
export async function fingerprint(parts: (string | number)[]): Promise<string> {
  return hex(await sha256(new TextEncoder().encode(JSON.stringify(parts)))).slice(0, 40);
}

/** The first letters of every hash of one matter. */
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

/** An upload of this person that stopped, as the server tells it. */
export interface Stopped {
  id: string;
  filename: string;
  length: number;
  offset: number;
  sample: string | null;
}

function isStopped(value: unknown): value is Stopped & { matter_id: string } {
  if (typeof value !== "object" || value === null) return false;
  const one = value as Record<string, unknown>;
  return typeof one["id"] === "string" && typeof one["matter_id"] === "string" && typeof one["filename"] === "string" && typeof one["length"] === "number" && typeof one["offset"] === "number";
}

/** This person's uploads to this matter that stopped part-way, in this browser or on another machine. */
export async function stoppedFor(endpoint: string, matter: string): Promise<Stopped[]> {
  try {
    const answer = await fetch(endpoint, { credentials: "same-origin", headers: { Accept: "application/json" } });
    const body = answer.ok ? ((await answer.json()) as { items?: unknown }) : {};
    const items = Array.isArray(body.items) ? body.items.filter(isStopped) : [];
    return items.filter((one) => one.matter_id === matter).map((one) => ({ ...one, sample: one.sample ?? null }));
  } catch {
    return [];
  }
}

const SAMPLE = 1024 * 1024;

/**
 * By what the same file is known again on another machine, where its date may differ: a hash over its length and its
 * beginning, middle and end. A file of many gigabytes is not read whole for it.
 */
export async function sampleOf(file: File): Promise<string> {
  const middle = Math.max(0, Math.floor(file.size / 2) - SAMPLE / 2);
  const parts = new Blob([`${file.size}\n`, file.slice(0, SAMPLE), file.slice(middle, middle + SAMPLE), file.slice(Math.max(0, file.size - SAMPLE))]);
  return hex(await sha256(await parts.arrayBuffer()));
}
