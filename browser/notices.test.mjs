// `node --test browser/`
import assert from "node:assert/strict";
import test from "node:test";
import { NOTICE_KEYS, notice } from "./wardkey.notices.js";

test("every key has words in three languages, and a notice says how to object", () => {
  for (const key of NOTICE_KEYS) {
    const texts = ["en", "es", "ar"].map((language) => notice(key, language, "Call 123."));
    assert.equal(new Set(texts.map(({ text }) => text)).size, 3, key);
    assert.deepEqual(texts.map(({ dir }) => dir), ["ltr", "ltr", "rtl"]);
    const objects = texts.map(({ text }) => text.includes("Call 123."));
    assert.equal(new Set(objects).size, 1, key);
    if (objects[0]) assert.throws(() => notice(key), RangeError);
  }
});

test("an unknown language has English, and an unknown key throws", () => {
  assert.deepEqual(notice("backed-up", "xx-YY"), notice("backed-up", "en"));
  assert.deepEqual(notice("backed-up", "es-MX"), notice("backed-up", "es"));
  assert.throws(() => notice("toString"), RangeError);
});

test("what is passed as contact is not a pattern", () => {
  assert.match(notice("passkey-added", "en", "$& {contact}").text, /\$& \{contact\}$/);
});
