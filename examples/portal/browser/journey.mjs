// The journey of a patient, a prescriber, a pharmacy and an auditor in Chromium, with virtual authenticators.
//
//   examples/portal/browser/run
//
// axe-core checks every page in every language, light and dark, and no page scrolls sideways at 320 px.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const PORT = 18080;
const ORIGIN = `http://localhost:${PORT}`;
const PHONE = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  defaultBackupEligibility: true,
  defaultBackupState: true,
};

const directory = mkdtempSync(join(tmpdir(), "portal-"));
let server;
let browser;
let log = "";

/** Waits until the log of the portal, from `start` on, matches. */
async function logged(pattern, start = 0) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = log.slice(start).match(pattern);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the log does not match ${pattern}: ${log}`);
}

before(async () => {
  const env = {
    ...process.env, PORT: String(PORT), OPERATOR_PORT: String(PORT + 1), NO_COLOR: "1", RUST_LOG: "info",
    DATABASE_URL: `sqlite://${join(directory, "portal.db")}?mode=rwc`,
  };
  server = spawn(process.env.SERVER, { env, stdio: ["ignore", "pipe", "inherit"] });
  server.stdout.on("data", (text) => { log += text; });
  await logged(/open http/);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  console.log(`Chromium ${browser.version()}`);
});

after(async () => {
  await browser?.close();
  server?.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** A person with a browser and a phone. Fails the test if a page breaks the Content-Security-Policy or throws. */
async function visit(options = {}) {
  const context = await browser.newContext({ locale: "en", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (line) => {
    if (line.text().includes("Content Security Policy")) problems.push(line.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: PHONE });
  const phone = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  const open = async (path) => {
    await page.goto(ORIGIN + path);
    await page.waitForSelector("html[data-ready]");
  };
  const text = (selector) => page.locator(selector).innerText();
  return { context, page, phone, problems, open, text };
}

/** Signs in with the password and the code in the log. */
async function byCode({ page, open }, name) {
  await open("/");
  const start = log.length;
  await page.fill("#password-form [name=name]", name);
  await page.fill("#password-form [name=password]", `password of ${name}`);
  await page.keyboard.press("Enter");
  const [, code] = await logged(/the code is (\d{8})/, start);
  await page.waitForSelector("#code-form:visible");
  assert.equal(await page.evaluate(() => document.activeElement.name), "code", "the focus is where the code goes");
  await page.keyboard.type(code);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/account");
  await page.waitForSelector("#nav:visible");
}

/** Signs in with the code, adds a passkey, and signs in with it. */
async function enrolled(name) {
  const person = await visit();
  await byCode(person, name);
  await person.page.click("#offer button");
  await person.page.waitForSelector("#cards article");
  await person.page.evaluate(() => { document.documentElement.dataset.before = ""; });
  await person.page.click("#sign-out");
  // Autofill: the virtual authenticator chooses its only passkey, and the account page opens again.
  await person.page.waitForSelector("html:not([data-before]) #cards article");
  return person;
}

async function picture(page, name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe("the journey", () => {
  test("a prescription is signed, and the pharmacy verifies it", async () => {
    const king = await enrolled("king");
    await king.page.click("#nav >> text=Prescriptions");
    await king.page.fill("[name=patient]", "ada");
    await king.page.fill("[name=items]", "Metformin 500 mg tablets, 60\nRamipril 5 mg tablets, 30");
    await king.page.click("#prescribe-form button");
    await king.page.waitForSelector("#document:visible");
    assert.match(await king.text("#document"), /I prescribe these medicines\.[^]*Dr\. Noor King[^]*Ramipril/);
    await accessible(king.page, "prescription");
    await picture(king.page, "prescription");
    await king.page.click("#sign");
    await king.page.waitForSelector("#status:not(:empty)");

    const pharmacy = await visit();
    await byCode(pharmacy, "pharmacy");
    await pharmacy.open("/prescriptions");
    await pharmacy.page.click("#list");
    await pharmacy.page.click("#prescriptions button");
    await pharmacy.page.waitForSelector("#status:not(:empty)");
    assert.match(await pharmacy.text("#status"), /Genuine\. Signed by Dr\. Noor King: Metformin/);
    assert.deepEqual([...king.problems, ...pharmacy.problems], []);
    await king.context.close();
    await pharmacy.context.close();
  });

  test("from a code to a passkey, a recovery code, and no more codes by text message", async () => {
    const ada = await enrolled("ada");
    const { page, text } = ada;
    await page.locator("summary").first().click();
    assert.match(await text("#shown"), /Two things were proved/);
    assert.match(await text("#notices"), /A passkey was added to your account\. Was it not you\? Call/);
    assert.match(await text("#lacks"), /Add a second passkey of another provider, or make a recovery code/);
    await page.click("#saved-code");
    await page.waitForSelector("#code-is:not(:empty)");
    await page.waitForSelector("#before", { state: "hidden" });
    await accessible(page, "account");
    await picture(page, "account");
    await page.click("#retire");
    await page.waitForFunction(() => document.getElementById("retire").hidden);
    assert.match(await text("#sms"), /are off/);

    await page.fill("#cards input", "Ada's phone");
    await page.click("#cards button >> text=Rename");
    await page.waitForFunction(() => document.querySelector("#cards h3").textContent === "Ada's phone");
    await page.click("#cards button >> text=Remove");
    await page.waitForSelector("#alert:not(:empty)");
    assert.match(await text("#alert"), /last passkey/);

    await page.click("#nav >> text=Results");
    await page.click("#show-results");
    await page.waitForSelector("#results dd");
    await accessible(page, "results");
    assert.match(await text("#results"), /Haemoglobin A1c/);

    await page.click("#nav >> text=Account");
    await page.locator("summary").last().click();
    await page.click("#delete");
    await page.waitForURL(`${ORIGIN}/`);
    // The provider was told, so that it offers the passkey no more.
    assert.deepEqual((await ada.phone("getCredentials")).credentials, []);
    assert.deepEqual(ada.problems, []);
    await ada.context.close();
  });

  test("user verification fails, and the page says that it did not work", async () => {
    const visitor = await visit();
    await byCode(visitor, "auditor");
    await visitor.phone("setUserVerified", { isUserVerified: false });
    await visitor.page.waitForSelector("#offer:visible");
    await visitor.page.click("#offer button");
    await visitor.page.waitForSelector("#alert:not(:empty)");
    assert.match(await visitor.text("#alert"), /cancelled|cannot use passkeys/);
    assert.equal((await visitor.phone("getCredentials")).credentials.length, 0);
    await visitor.context.close();
  });

  test("the auditor reads the log, and downloads a bundle", async () => {
    const auditor = await visit();
    await byCode(auditor, "auditor");
    await auditor.open("/audit");
    await auditor.page.click("#read");
    await auditor.page.waitForSelector("#lines article");
    assert.match(await auditor.text("#chains"), /lines hold/);
    assert.match(await auditor.text("#stages"), /sms-only: 2[^]*confirmed: 1/);
    assert.match(await auditor.text("#lines"), /agrees/);
    await accessible(auditor.page, "audit");
    await picture(auditor.page, "audit");
    const download = auditor.page.waitForEvent("download");
    await auditor.page.locator("#lines a >> text=Download").first().click();
    assert.equal((await download).suggestedFilename(), "bundle.json");
    assert.deepEqual(auditor.problems, []);
    await auditor.context.close();
  });
});

describe("every page", () => {
  for (const locale of ["en", "es", "ar"]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`is accessible: ${locale}, ${colorScheme}, 320 px`, async () => {
        // A staff member has a passkey, so that there is a card. Roles see their own sections.
        const options = { locale, colorScheme, viewport: { width: 320, height: 640 }, reducedMotion: "reduce" };
        const visitor = await visit(options);
        await visitor.phone("removeVirtualAuthenticator"); // otherwise autofill signs in
        await visitor.open("/");
        await check(visitor, `sign-in.${locale}.${colorScheme}`);
        await byCodeOf(locale, visitor);
        for (const path of ["/account", "/results", "/prescriptions", "/audit"]) {
          await visitor.open(path);
          await visitor.page.waitForSelector("#nav:visible");
          // Sections of other roles too.
          await visitor.page.evaluate(() => document.querySelectorAll("[hidden]").forEach((one) => { one.hidden = false; }));
          await check(visitor, `${path.slice(1)}.${locale}.${colorScheme}`);
        }
        assert.deepEqual(visitor.problems, []);
        await visitor.context.close();
      });
    }
  }
});

/** The session of a new visitor costs an SMS code, and those are limited: so each check signs in as somebody else. */
const NAMES = ["king", "pharmacy", "auditor"];
async function byCodeOf(locale, visitor) {
  await byCode(visitor, NAMES[["en", "es", "ar"].indexOf(locale)]);
}

/** Lets axe-core look for violations of WCAG 2.2 AA. */
async function accessible(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await globalThis.axe.run(document, { runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
  assert.deepEqual(found, [], name);
}

async function check({ page }, name) {
  await accessible(page, name);
  const [wide, dir, lang] = await page.evaluate(() => {
    const { scrollWidth, clientWidth, dir: direction, lang: language } = document.documentElement;
    return [scrollWidth > clientWidth, direction, language];
  });
  assert.equal(wide, false, `${name} scrolls sideways`);
  assert.deepEqual([dir, lang], [name.includes(".ar.") ? "rtl" : "ltr", name.split(".")[1]]);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", `${name}: the first stop is the skip link`);
  await picture(page, name);
}
