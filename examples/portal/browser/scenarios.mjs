// What can happen at the portal in Chromium: each scenario has a portal of its own, with a clock that it can move.
//
//   examples/portal/browser/run
//
// The outcome has what the page shows and what the portal logs: "accepted", or the code of the refusal.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { KEY, PHONE, Portal, accessible, byCode, launch, outcome, scenario, visit as visitAt } from "./portal.mjs";

const PORT = 18090;
const directory = mkdtempSync(join(tmpdir(), "portal-"));
let browser;
let portal;
let portals = 0;

before(async () => { browser = await launch(); });
after(async () => {
  await browser?.close();
  portal?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs with an empty portal. */
function at(name, run, env = {}) {
  scenario(name, async (context) => {
    portal = new Portal(`http://localhost:${PORT}`);
    portals += 1;
    const database = `sqlite://${join(directory, `${portals}.db`)}?mode=rwc`;
    const child = await portal.start(process.env.CLOCK, { port: PORT, database, env });
    try {
      return await run(context);
    } finally {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      portal.stop();
      await ended;
    }
  });
}

const visit = (options) => visitAt(browser, portal, { autofill: false, ...options });

/** Ada has signed in with the code. */
async function ada(authenticator = PHONE, options = {}) {
  const person = await visit({ authenticator, ...options });
  await byCode(person, "ada");
  await person.page.waitForSelector("#offer:visible");
  return person;
}

const register = (person) => outcome(person, "#offer button", "#cards article");

/** Ada has a passkey. */
async function enrolled(authenticator = PHONE) {
  const person = await ada(authenticator);
  assert.deepEqual(await register(person), ["ok", "accepted"]);
  const [{ credentialId }] = await person.phone.credentials();
  return { ...person, id: credentialId };
}

/** Signs in from the button. */
async function signIn(person) {
  await person.open("/");
  return outcome(person, "#passkey", "**/account");
}

/** Adds a passkey to an account that has one. */
async function second(person, authenticator) {
  const other = await person.authenticator(authenticator);
  await person.page.click("[data-act=add]:visible");
  await person.page.waitForFunction(() => document.querySelectorAll("#cards article").length === 2);
  return other;
}

/** Ends the request of the browser for the authenticator after a second. */
async function impatient(person, path) {
  await person.page.route(`**/api${path}`, async (route) => {
    const reply = await route.fetch();
    await route.fulfill({ response: reply, json: { ...(await reply.json()), timeout: 1000 } });
  });
}

const REFUSED = "That did not work. Please try again.";
const CANCELLED = "The request was cancelled, or it took too long. Please try again.";
const SUSPENDED = "This passkey is suspended. Sign in another way, or call +1 202 555 0199.";
const UNSUPPORTED = "This browser or device cannot use passkeys here. Use another way to sign in.";
const EXPIRED = "The page was open for too long. Please try again.";

describe("authenticators", () => {
  at("platform: a synced passkey", async () => {
    const person = await enrolled(PHONE);
    assert.match(await person.text("#cards"), /Backed up/);
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    assert.deepEqual(person.problems, []);
    await person.close();
    return "registered, signed in";
  });

  for (const transport of ["usb", "nfc", "cable"]) {
    at(`roaming: ${transport}`, async () => {
      const person = await enrolled({ ...KEY, transport });
      assert.match(await person.text("#cards"), /On one device only/);
      assert.deepEqual(await signIn(person), ["ok", "accepted"]);
      await person.close();
      return "registered, signed in";
    });
  }

  at("roaming: a security key without a PIN", async () => {
    const person = await ada({ ...KEY, hasUserVerification: false, isUserVerified: false });
    await impatient(person, "/register");
    const found = await register(person);
    assert.equal((await person.phone.credentials()).length, 0);
    await person.close();
    assert.deepEqual(found, [CANCELLED]);
    return "no passkey: cancelled";
  });

  at("a second passkey, on a security key", async () => {
    const person = await enrolled();
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.page.waitForSelector("#cards article");
    const key = await second(person, KEY);
    const counts = [(await person.phone.credentials()).length, (await key.credentials()).length];
    await person.close();
    assert.deepEqual(counts, [1, 1]);
    return "confirmed with the first, registered";
  });

  for (const [name, alg] of [["ML-DSA-44", -48], ["ML-DSA-65", -49], ["ML-DSA-87", -50]]) {
    at(name, async (context) => {
      const person = await ada();
      let offered;
      await person.page.route("**/api/register", async (route) => {
        const reply = await route.fetch();
        const options = await reply.json();
        offered = options.pubKeyCredParams.some((one) => one.alg === alg);
        await route.fulfill({ response: reply, json: { ...options, timeout: 2000, pubKeyCredParams: [{ type: "public-key", alg }] } });
      });
      const registered = await register(person);
      assert.ok(offered, "the portal offers it");
      if (registered[0] === CANCELLED || registered[0] === UNSUPPORTED) {
        await person.close();
        context.skip(`this Chromium makes no keys of ${name}`);
        return `skipped: this Chromium makes no keys of ${name}`;
      }
      assert.deepEqual(registered, ["ok", "accepted"]);
      assert.deepEqual(await signIn(person), ["ok", "accepted"]);
      await person.close();
      return "registered, signed in";
    });
  }
});

describe("what the person does", () => {
  at("user verification fails at the sign-in", async () => {
    const person = await enrolled();
    await person.phone.send("setUserVerified", { isUserVerified: false });
    assert.deepEqual(await signIn(person), [CANCELLED]);
    await person.phone.send("setUserVerified", { isUserVerified: true });
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.close();
    return "cancelled, nothing is posted; then accepted";
  });

  at("the person cancels", async () => {
    const person = await enrolled();
    await person.phone.send("setAutomaticPresenceSimulation", { enabled: false });
    await impatient(person, "/sign-in");
    assert.deepEqual(await signIn(person), [CANCELLED]);
    await person.page.unroute("**/api/sign-in");
    await person.phone.send("setAutomaticPresenceSimulation", { enabled: true });
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.close();
    return "cancelled, nothing is posted; then accepted";
  });

  at("the dialogue is open for ten minutes", async () => {
    const person = await ada();
    await person.page.route("**/api/registered", async (route) => {
      await portal.wait(600);
      await route.continue();
    });
    assert.deepEqual(await register(person), [EXPIRED, "expired"]);
    assert.equal((await person.phone.credentials()).length, 0, "the passkey provider was told");
    await person.page.unroute("**/api/registered");
    await byCode(person, "ada"); // a passkey is added only soon after a sign-in
    assert.deepEqual(await register(person), ["ok", "accepted"]);
    await person.close();
    return "expired, the provider drops the passkey; then accepted";
  });

  at("results, six minutes after the sign-in", async () => {
    const person = await enrolled();
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.open("/results");
    assert.deepEqual(await outcome(person, "#show-results", "#results dd"), ["ok"]);
    await portal.wait(360);
    await person.open("/results");
    assert.deepEqual(await outcome(person, "#show-results", "#results dd"), ["ok", "accepted"]);
    await person.close();
    return "the passkey is asked for again, accepted";
  });

  at("a passkey that another browser removed", async () => {
    const person = await enrolled();
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.page.waitForSelector("#cards article");
    const key = await second(person, KEY);
    await person.phone.send("setAutomaticPresenceSimulation", { enabled: false });
    assert.deepEqual(await signIn(person), ["ok", "accepted"], "with the key");
    // The passkey of the phone is in a second browser too.
    const other = await visit();
    const [credential] = await person.phone.credentials();
    await other.phone.send("addCredential", { credential });
    const card = person.page.locator("#cards article", { hasText: "Backed up" });
    await card.locator("button >> text=Remove").evaluate((button) => { button.id = "remove"; });
    assert.deepEqual(await outcome(person, "#remove", "#cards article:only-child"), ["ok", "accepted"]);
    assert.equal((await person.phone.credentials()).length, 0, "the provider of this browser was told");
    assert.equal((await key.credentials()).length, 1);
    const found = await signIn(other);
    const left = (await other.phone.credentials()).length;
    await person.close();
    await other.close();
    assert.deepEqual([found, left], [["This passkey is no longer registered here. Use another way to sign in.", "credential-unknown"], 0]);
    return "credential-unknown, both providers drop it";
  });
});

describe("what the person does with the account", () => {
  at("the phone is lost", async () => {
    const person = await enrolled();
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.page.waitForSelector("#cards article");
    await person.page.click("#saved-code");
    await person.page.waitForSelector("#code-is:not(:empty)");
    const [saved] = (await person.text("#code-is")).match(/[0-9a-f]{16,}/);
    // At another device: the password blocks the passkey, and the recovery code lets her in again, with a new passkey.
    const other = await visit({ authenticator: KEY });
    await other.open("/");
    const fill = async (form, more) => {
      await other.page.evaluate((id) => { document.getElementById(id).closest("details").open = true; }, form);
      for (const [name, value] of Object.entries({ name: "ada", password: "password of ada", ...more })) {
        await other.page.fill(`#${form} [name=${name}]`, value);
      }
    };
    await fill("lost-form", {});
    assert.deepEqual(await outcome(other, "#lost-form button", "#status:not(:empty)"), ["ok"]);
    assert.equal((await signIn(person))[0], SUSPENDED, "the passkey of the lost phone");
    await other.open("/");
    await fill("recover-form", { saved_code: saved });
    assert.deepEqual(await outcome(other, "#recover-form button", "**/account"), ["ok"]);
    await other.page.waitForSelector("#cards article");
    await other.page.click("[data-act=add]:visible");
    await other.page.waitForFunction(() => document.querySelectorAll("#cards article").length === 2);
    assert.deepEqual(await signIn(other), ["ok", "accepted"]);
    assert.deepEqual([...person.problems, ...other.problems], []);
    await person.close();
    await other.close();
    return "its passkey is blocked; the recovery code and a new passkey let back in";
  });

  at("the phone number changes", async () => {
    const person = await enrolled();
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.page.waitForSelector("#cards article");
    await person.page.fill("#phone-form input", "+12025550123");
    const start = portal.log.length;
    assert.deepEqual(await outcome(person, "#phone-form button", "#phone-code-form:visible"), ["ok", "accepted"]);
    const [, code] = await portal.logged(/0123: the code is (\d{8})/, start);
    await person.page.keyboard.type(code);
    await person.page.keyboard.press("Enter");
    await person.page.waitForFunction(() => document.getElementById("phone-ends").textContent.includes("23"));
    await person.close();
    return "after a confirmation with the passkey, and a code to the new number";
  });

  at("the person says that a new passkey is not theirs", async () => {
    const person = await enrolled();
    await person.page.click("#notices button");
    await person.page.waitForFunction(() => /Suspended/.test(document.getElementById("cards").textContent));
    assert.match(await person.text("#status"), /The passkey is suspended/);
    assert.equal((await signIn(person))[0], SUSPENDED);
    await person.close();
    return "suspended: it does not sign in";
  });
});

describe("what the authenticator does", () => {
  at("UV, UP or the signature is wrong", async () => {
    const person = await enrolled();
    const codes = [];
    for (const bits of [{ isBadUV: true }, { isBadUP: true }, { isBogusSignature: true }]) {
      await person.phone.send("setResponseOverrideBits", bits);
      const [told, code] = await signIn(person);
      assert.equal(told, REFUSED);
      codes.push(code);
    }
    assert.deepEqual(codes, ["user-not-verified", "user-not-present", "signature-invalid"]);
    await person.phone.send("setResponseOverrideBits", {});
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.close();
    return codes.join(", ");
  });

  at("the signature counter goes back", async () => {
    const person = await enrolled(KEY);
    const set = (signCount) => person.phone.send("setCredentialProperties", { credentialId: person.id, signCount });
    await set(50);
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await set(3);
    assert.deepEqual(await signIn(person), [REFUSED, "sign-count-regressed"]);
    await set(100);
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.close();
    return "sign-count-regressed; a higher one is accepted";
  });

  at("the backup eligibility changes, or the backup state", async () => {
    const person = await enrolled();
    const set = (backupEligibility, backupState) =>
      person.phone.send("setCredentialProperties", { credentialId: person.id, backupEligibility, backupState });
    await set(false, false);
    assert.deepEqual(await signIn(person), [REFUSED, "backup-eligibility-changed"]);
    await set(true, false);
    assert.deepEqual(await signIn(person), ["ok", "accepted"]);
    await person.page.waitForSelector("#cards article");
    assert.match(await person.text("#cards"), /On one device only/);
    await person.close();
    return "backup-eligibility-changed; the state is shown";
  });
});

describe("where the page is", () => {
  // Pages of others, on the same port of two names: of another site, and of another origin of this site.
  const [SITE, ORIGIN] = ["127.0.0.1", "localhost"].map((host) => `http://${host}:${PORT + 2}/`);
  let others;
  before(async () => {
    others = createServer((_, reply) => {
      const allow = "publickey-credentials-create *; publickey-credentials-get *";
      const frame = `<iframe src="http://localhost:${PORT}/" allow="${allow}" width="800" height="800"></iframe>`;
      reply.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>Other</title>${frame}`);
    });
    await new Promise((resolve) => { others.listen(PORT + 2, "127.0.0.1", resolve); });
  });
  after(() => {
    others.close();
    others.closeAllConnections();
  });

  /** Opens a page that has the portal in a frame. */
  async function framed(person, url) {
    await person.page.goto(url);
    return (await person.page.waitForSelector("iframe")).contentFrame();
  }

  for (const [name, url] of [["another site", SITE], ["another origin of this site", ORIGIN]]) {
    at(`in a frame of ${name}`, async () => {
      const person = await visit({ authenticator: null });
      const frame = await framed(person, url);
      await frame.waitForLoadState();
      const shown = await frame.evaluate(() => document.body?.dataset?.page ?? "nothing");
      await person.close();
      assert.equal(shown, "nothing");
      assert.match(person.problems.join("\n"), /frame-ancestors 'none'/);
      return "not shown: frame-ancestors 'none'";
    });
  }

  at("in a frame of the origin that the portal names", async () => {
    const person = await enrolled();
    const frame = await framed(person, ORIGIN);
    await frame.waitForSelector("html[data-ready]");
    const start = portal.log.length;
    await frame.click("#passkey");
    await frame.waitForSelector("#cards article");
    assert.deepEqual([portal.ceremonies(start), person.problems], [["accepted"], []]);
    await person.open("/");
    const outside = await framed(person, SITE);
    await outside.waitForLoadState();
    assert.equal(await outside.evaluate(() => document.body?.dataset?.page ?? "nothing"), "nothing");
    await person.close();
    return "signed in; not shown by another site";
  }, { FRAMED_BY: ORIGIN.slice(0, -1) });

  at("in a frame, and a proxy has removed the headers", async () => {
    const person = await enrolled();
    await person.context.route(`${portal.origin}/`, async (route) => {
      const reply = await route.fetch();
      const headers = { ...reply.headers() };
      delete headers["content-security-policy"];
      await route.fulfill({ response: reply, headers });
    });
    const frame = await framed(person, ORIGIN);
    await frame.waitForSelector("html[data-ready]");
    const start = portal.log.length;
    await frame.click("#passkey");
    await frame.waitForSelector("#alert:not(:empty)");
    const found = portal.ceremonies(start);
    await person.close();
    assert.deepEqual(found, ["cross-origin-not-allowed"]);
    return "cross-origin-not-allowed";
  });

  at("a page of another origin posts", async () => {
    const person = await enrolled();
    await person.page.goto(ORIGIN);
    const start = portal.log.length;
    const post = (url) => fetch(url, { method: "POST", mode: "no-cors", credentials: "include", body: "{}" }).catch(() => {});
    await person.page.evaluate(post, `${portal.origin}/api/delete`);
    await portal.logged(/why="other-origin"/, start);
    assert.deepEqual(await signIn(person), ["ok", "accepted"], "the account is there");
    await person.close();
    return "refused (403), the account is there";
  });
});

describe("two instances", () => {
  scenario("two instances over one PostgreSQL, round-robin; one is killed", async (context) => {
    if (!process.env.POSTGRES) {
      context.skip("no PostgreSQL");
      return "skipped: no PostgreSQL";
    }
    portal = new Portal(`http://localhost:${PORT}`);
    const ports = [PORT + 10, PORT + 20];
    const children = [];
    for (const port of ports) {
      children.push(await portal.start(process.env.SERVER, { port, database: process.env.POSTGRES }));
    }
    const served = [0, 0];
    const proxy = await roundRobin(PORT, ports, served);
    try {
      const person = await enrolled();
      assert.deepEqual(await signIn(person), ["ok", "accepted"]);
      await person.open("/results");
      assert.deepEqual(await outcome(person, "#show-results", "#results dd"), ["ok"]);
      const before = [...served];
      assert.ok(Math.min(...before) > 10, `${before} requests`);
      children[0].kill("SIGKILL");
      assert.deepEqual(await signIn(person), ["ok", "accepted"]);
      await person.page.waitForSelector("#cards article");
      assert.ok(served[1] - before[1] > served[0] - before[0], "the other instance answers");
      await accessible(person.page, "account");
      assert.deepEqual(person.problems, []);
      await person.close();
      return `accepted: ${before.join(" and ")} requests; then one instance alone`;
    } finally {
      proxy.close();
      proxy.closeAllConnections();
      portal.stop();
    }
  });
});

/** Gives each request to the next instance, or to the other one if that does not answer. */
async function roundRobin(port, ports, served) {
  let turn = 0;
  const proxy = createServer(async (incoming, outgoing) => {
    const body = [];
    for await (const chunk of incoming) body.push(chunk);
    turn += 1;
    const forward = (which, more) => {
      const { method, url: path, headers } = incoming;
      const sent = request({ host: "127.0.0.1", port: ports[which], method, path, headers, agent: false }, (reply) => {
        served[which] += 1;
        outgoing.writeHead(reply.statusCode, reply.headers);
        reply.pipe(outgoing);
      });
      sent.on("error", () => {
        if (more) forward(1 - which, false);
        else outgoing.destroy();
      });
      sent.end(Buffer.concat(body));
    };
    forward(turn % 2, true);
  });
  await new Promise((resolve) => { proxy.listen(port, "127.0.0.1", resolve); });
  return proxy;
}
