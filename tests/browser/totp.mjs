// @ts-check
// RFC 6238 with SHA-1, six digits and steps of 30 seconds: what an authenticator on a phone does.
import { createHmac } from "node:crypto";

/** @param {string} text */
function base32(text) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of text.toUpperCase().replace(/[=\s]/g, "")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The step that an instant lies in. @param {number} [ms] */
export const stepAt = (ms = Date.now()) => Math.floor(ms / 30_000);

/** @param {string} secret in base 32 @param {number} step */
export function totp(secret, step, digits = 6) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const code = mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff;
  return String(code % 10 ** digits).padStart(digits, "0");
}
