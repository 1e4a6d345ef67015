// node --test browser/
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import vm from "node:vm";
import * as wardkey from "./wardkey.js";

const buffer = (...values) => new Uint8Array(values).buffer;
const options = {
  challenge: "AAEC",
  rp: { id: "clinic.example", name: "Clinic" },
  user: { id: "AwQ", name: "ada", displayName: "Ada" },
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  excludeCredentials: [{ type: "public-key", id: "BQY", transports: ["internal"] }],
  allowCredentials: [{ type: "public-key", id: "BwgJ" }],
  extensions: {
    prf: { eval: { first: "AQ", second: "Ag" }, evalByCredential: { BwgJ: { first: "Aw" } } },
    largeBlob: { write: "BA" },
    credBlob: "BQ",
    credProps: true,
  },
};

/** A credential as a browser makes it; `change` makes it one of a password manager. */
function credential(method, change = {}) {
  const response = method === "create"
    ? { clientDataJSON: buffer(1), attestationObject: buffer(2, 3), getTransports: () => ["internal", "hybrid"] }
    : { clientDataJSON: buffer(1), authenticatorData: buffer(4), signature: buffer(5, 6), userHandle: buffer(7) };
  return {
    id: "ignored",
    rawId: buffer(255, 254),
    type: "public-key",
    authenticatorAttachment: "platform",
    response,
    getClientExtensionResults: () => ({}),
    toJSON: () => ({ id: "AAAA" }),
    ...change,
  };
}

let asked;
function browser({ type = {}, create, get, ...others } = {}) {
  asked = [];
  const answer = (method, made) => async (request) => {
    asked.push({ method, ...request });
    return made ? made(request) : credential(method);
  };
  const navigator = { credentials: { create: answer("create", create), get: answer("get", get) } };
  for (const [name, value] of Object.entries({ PublicKeyCredential: type, navigator, isSecureContext: true, ...others })) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

const refusing = (name) => () => {
  throw Object.assign(new Error(name), { name });
};
const start = () => options;
const posted = (response) => response;
const code = (expected) => (error) => error instanceof wardkey.WardkeyError && error.code === expected;

beforeEach(() => browser());
afterEach(() => wardkey.abort());

test("a registration and an authentication are read member by member", async () => {
  assert.deepEqual(await wardkey.register(start, posted), {
    id: "__4",
    rawId: "__4",
    type: "public-key",
    authenticatorAttachment: "platform",
    response: { clientDataJSON: "AQ", attestationObject: "AgM", transports: ["internal", "hybrid"] },
    clientExtensionResults: {},
  });
  assert.deepEqual(await wardkey.signIn(start, posted), {
    id: "__4",
    rawId: "__4",
    type: "public-key",
    authenticatorAttachment: "platform",
    response: { clientDataJSON: "AQ", authenticatorData: "BA", signature: "BQY", userHandle: "Bw" },
    clientExtensionResults: {},
  });
  assert.deepEqual((await wardkey.confirm(start, posted)).response.signature, "BQY");
});

test("objects of password managers work", async () => {
  const illegal = () => {
    throw new TypeError("Illegal invocation");
  };
  const foreign = (...values) => vm.runInNewContext(`new Uint8Array([${values}]).buffer`);
  const changes = [
    { toJSON: illegal },
    { toJSON: undefined },
    { getClientExtensionResults: illegal },
    { getClientExtensionResults: undefined },
    { authenticatorAttachment: null },
    { rawId: foreign(255, 254) },
    { rawId: new Uint8Array([0, 255, 254]).subarray(1) },
    { response: { clientDataJSON: buffer(1), attestationObject: buffer(2, 3), getTransports: illegal } },
    { response: { clientDataJSON: buffer(1), attestationObject: buffer(2, 3) } },
    { response: { clientDataJSON: buffer(1), attestationObject: buffer(2, 3), getTransports: () => ["internal", null] } },
  ];
  for (const change of changes) {
    browser({ create: () => credential("create", change) });
    const json = JSON.parse(JSON.stringify(await wardkey.register(start, posted)));
    assert.equal(json.rawId, "__4");
    assert.equal(json.response.attestationObject, "AgM");
    assert.deepEqual(json.clientExtensionResults, {});
  }
  for (const userHandle of [null, undefined, buffer()]) {
    const response = { clientDataJSON: buffer(1), authenticatorData: buffer(4), signature: buffer(5), userHandle };
    browser({ get: () => credential("get", { response }) });
    assert.equal((await wardkey.signIn(start, posted)).response.userHandle, undefined);
  }
  browser({ create: () => credential("create", { response: {} }) });
  await assert.rejects(wardkey.register(start, posted), code("failed"));
});

test("options are made with the browser's parser and without it", async () => {
  const parsed = { challenge: "by the browser" };
  const types = [
    [{ parseCreationOptionsFromJSON: () => parsed, parseRequestOptionsFromJSON: () => parsed }, true],
    [{ parseCreationOptionsFromJSON: refusing("EncodingError"), parseRequestOptionsFromJSON: refusing("TypeError") }, false],
    [{}, false],
    [undefined, false],
  ];
  for (const [type, byBrowser] of types) {
    browser({ type: type ?? null });
    await wardkey.register(start, posted);
    await wardkey.signIn(start, posted);
    const [creation, request] = asked.map((one) => one.publicKey);
    if (byBrowser) {
      assert.deepEqual([creation, request], [parsed, parsed]);
      continue;
    }
    assert.deepEqual([...creation.challenge], [0, 1, 2]);
    assert.deepEqual([...creation.user.id], [3, 4]);
    assert.equal(creation.user.name, "ada");
    assert.deepEqual([...creation.excludeCredentials[0].id], [5, 6]);
    assert.deepEqual(creation.excludeCredentials[0].transports, ["internal"]);
    assert.deepEqual([...request.allowCredentials[0].id], [7, 8, 9]);
    const { prf, largeBlob, credBlob, credProps } = creation.extensions;
    assert.deepEqual([[...prf.eval.first], [...prf.eval.second]], [[1], [2]]);
    assert.deepEqual([...prf.evalByCredential.BwgJ.first], [3]);
    assert.deepEqual([[...largeBlob.write], [...credBlob], credProps], [[4], [5], true]);
  }
});

test("secrets stay in the page", async () => {
  const results = { prf: { enabled: true, results: { first: buffer(9) } }, largeBlob: { blob: buffer(8) }, credProps: { rk: true } };
  browser({ create: () => credential("create", { getClientExtensionResults: () => results }) });
  const [json, secrets] = await wardkey.register(start, (...both) => both);
  assert.deepEqual(json.clientExtensionResults, { prf: { enabled: true }, largeBlob: { blob: "CA" }, credProps: { rk: true } });
  assert.deepEqual(new Uint8Array(secrets.first), new Uint8Array([9]));
  browser({ get: () => credential("get", { getClientExtensionResults: () => ({ hmacGetSecret: { output1: buffer(1) } }) }) });
  assert.deepEqual((await wardkey.signIn(start, posted)).clientExtensionResults, {});
});

test("every failure has a code", async () => {
  for (const [name, expected] of [
    ["NotAllowedError", "cancelled"],
    ["TimeoutError", "cancelled"],
    ["InvalidStateError", "already-registered"],
    ["SecurityError", "wrong-site"],
    ["NotSupportedError", "unsupported"],
    ["ConstraintError", "unsupported"],
    ["TypeError", "unsupported"],
    ["AbortError", "aborted"],
    ["UnknownError", "failed"],
  ]) {
    browser({ create: refusing(name) });
    await assert.rejects(wardkey.register(start, posted), code(expected), name);
  }
  browser({ create: () => null });
  await assert.rejects(wardkey.register(start, posted), code("cancelled"));
  for (const navigator of [undefined, {}, { credentials: {} }]) {
    browser({ navigator });
    await assert.rejects(wardkey.register(start, posted), code("unsupported"));
    await assert.rejects(wardkey.signIn(start, posted), code("unsupported"));
  }
  browser();
  await assert.rejects(wardkey.register(() => Promise.reject(new TypeError("Failed to fetch")), posted), code("offline"));
  await assert.rejects(wardkey.register(start, () => Promise.reject(new Error("no"))), code("server"));
  const expired = Object.assign(new Error("410"), { code: "expired" });
  await assert.rejects(wardkey.register(start, () => Promise.reject(expired)), code("expired"));
  await assert.rejects(wardkey.register(() => ({ ...options, challenge: "=" }), posted), code("unsupported"));
  assert.equal(new wardkey.WardkeyError("no such code").code, "failed");
});

test("one ceremony at a time", async () => {
  const waits = (request) => new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(Object.assign(new Error(), { name: "AbortError" })));
  });
  browser({ get: waits, type: { isConditionalMediationAvailable: async () => true } });
  const autofill = wardkey.autofill(start, posted);
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(asked[0].mediation, "conditional");
  await wardkey.register(start, posted);
  assert.equal(await autofill, undefined);

  let answer;
  const slow = wardkey.register(() => new Promise((done) => { answer = done; }), posted);
  const before = asked.length;
  wardkey.abort();
  answer(options);
  await assert.rejects(slow, code("aborted"));
  assert.equal(asked.length, before, "the browser was not asked");
});

test("autofill and upgrade do nothing where the browser has neither", async () => {
  assert.equal(await wardkey.autofill(start, posted), undefined);
  assert.equal(await wardkey.upgrade(start, posted), undefined);
  assert.equal(asked.length, 0);
  const type = { getClientCapabilities: async () => ({ conditionalCreate: true, conditionalGet: true }) };
  browser({ type });
  assert.equal((await wardkey.upgrade(start, posted)).rawId, "__4");
  assert.equal((await wardkey.autofill(start, posted)).rawId, "__4");
  assert.deepEqual(asked.map((one) => one.mediation), ["conditional", "conditional"]);
  browser({ type, create: refusing("NotAllowedError"), get: refusing("NotAllowedError") });
  assert.equal(await wardkey.upgrade(start, posted), undefined);
  await assert.rejects(wardkey.autofill(start, posted), code("cancelled"));
});

test("capabilities never throw", async () => {
  const none = { passkeys: false, platform: false, autofill: false, conditionalCreate: false, hybrid: false, signals: false };
  for (const world of [{ type: null }, { navigator: undefined }, { isSecureContext: false }]) {
    browser(world);
    assert.deepEqual(await wardkey.capabilities(), none);
  }
  browser({ type: { isConditionalMediationAvailable: refusing("Error"), getClientCapabilities: refusing("Error") } });
  assert.deepEqual(await wardkey.capabilities(), { ...none, passkeys: true });
  browser({
    type: {
      getClientCapabilities: async () => ({ conditionalGet: true, hybridTransport: true }),
      isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
      signalUnknownCredential() {},
    },
  });
  const all = { ...none, passkeys: true, platform: true, autofill: true, hybrid: true, signals: true };
  assert.deepEqual(await wardkey.capabilities(), all);
});

test("signals are passed on and never throw", async () => {
  const heard = [];
  const type = {
    signalAllAcceptedCredentials: async (options) => heard.push(["all", options]),
    signalUnknownCredential: () => Promise.reject(new Error("no")),
    signalCurrentUserDetails: refusing("TypeError"),
  };
  browser({ type });
  await wardkey.signal({ allAcceptedCredentials: { rpId: "x" }, unknownCredential: {}, currentUserDetails: {} });
  assert.deepEqual(heard, [["all", { rpId: "x" }]]);
  browser({ type: {} });
  await wardkey.signal({ allAcceptedCredentials: {} });
  await wardkey.signal(undefined);
});

test("post returns JSON, or throws with a code and the answer", async () => {
  const answers = (status, body) => async () => new Response(body, { status });
  globalThis.fetch = answers(200, '{"ok":true}');
  assert.deepEqual(await wardkey.post("/x", {}), { ok: true });
  for (const [status, body, expected] of [
    [401, '{"code":"failed"}', "failed"],
    [410, '{"code":"expired"}', "expired"],
    [401, '{"code":"no such code"}', "server"],
    [401, '{"code":"unknown-credential","unknownCredential":{}}', "unknown-credential"],
    [500, "<html>", "server"],
    [200, "<html>", "server"],
  ]) {
    globalThis.fetch = answers(status, body);
    await assert.rejects(wardkey.post("/x"), (error) => code(expected)(error) && error.status === status);
  }
  globalThis.fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  await assert.rejects(wardkey.post("/x"), code("offline"));
});

test("each code has words in each language", () => {
  for (const language of wardkey.LANGUAGES) {
    const texts = wardkey.CODES.map((one) => wardkey.words(one, language));
    assert.equal(new Set(texts).size, wardkey.CODES.length, language);
    assert.ok(texts.every((text) => text.length > 10));
  }
  assert.equal(wardkey.words("expired", "es-MX"), wardkey.words("expired", "es"));
  assert.equal(wardkey.words("expired", "tlh"), wardkey.words("expired"));
  assert.equal(wardkey.words("toString", "__proto__"), wardkey.words("failed"));
});

test("base64url has one spelling", () => {
  for (let length = 0; length < 70; length += 1) {
    const random = crypto.getRandomValues(new Uint8Array(length));
    const text = Buffer.from(random).toString("base64url");
    assert.equal(wardkey.encode(random), text);
    assert.deepEqual(wardkey.decode(text), random);
  }
  for (const bad of ["A", "AA=", "A+", "A/", "A ", "AB", "AAB", "é"]) {
    assert.throws(() => wardkey.decode(bad), TypeError, bad);
  }
});
