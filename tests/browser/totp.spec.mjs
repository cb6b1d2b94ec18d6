// @ts-check
// The vectors of RFC 6238, appendix B (SHA-1, eight digits).
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepAt, totp } from "./totp.mjs";

test("one-time codes are those of RFC 6238", () => {
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // "12345678901234567890"
  for (const [seconds, code] of /** @type {[number, string][]} */ ([
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ])) {
    assert.equal(totp(secret, stepAt(seconds * 1000), 8), code);
  }
});
