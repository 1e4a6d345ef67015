// The journey of a patient, a prescriber, a pharmacy and an auditor in Chromium, with virtual authenticators.
//
//   examples/portal/browser/run
//
// axe-core checks every page in every language, light and dark, and no page scrolls sideways at 320 px.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { Portal, accessible, byCode, launch, picture, scenario, visit as visitAt } from "./portal.mjs";

const PORT = 18080;
const directory = mkdtempSync(join(tmpdir(), "portal-"));
const portal = new Portal(`http://localhost:${PORT}`);
let browser;

before(async () => {
  await portal.start(process.env.SERVER, { port: PORT, database: `sqlite://${join(directory, "portal.db")}?mode=rwc` });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
});

const visit = (options) => visitAt(browser, portal, options);

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

describe("the journey", () => {
  scenario("a prescription is signed, and the pharmacy verifies it", async () => {
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
    return "genuine";
  });

  scenario("from a code to a passkey, a recovery code, and no more codes by text message", async () => {
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
    await page.waitForURL(`${portal.origin}/`);
    // The provider was told, so that it offers the passkey no more.
    assert.deepEqual(await ada.phone.credentials(), []);
    assert.deepEqual(ada.problems, []);
    await ada.context.close();
    return "codes are off; then the account is deleted, and the provider drops the passkey";
  });

  scenario("user verification fails at the registration", async () => {
    const visitor = await visit();
    await byCode(visitor, "auditor");
    await visitor.phone.send("setUserVerified", { isUserVerified: false });
    await visitor.page.waitForSelector("#offer:visible");
    await visitor.page.click("#offer button");
    await visitor.page.waitForSelector("#alert:not(:empty)");
    assert.match(await visitor.text("#alert"), /cancelled|cannot use passkeys/);
    assert.equal((await visitor.phone.credentials()).length, 0);
    await visitor.context.close();
    return "no passkey: cancelled";
  });

  scenario("the auditor reads the log, and downloads a bundle", async () => {
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
    return "the chains hold, the bundles agree";
  });
});

describe("every page", () => {
  for (const locale of ["en", "es", "ar"]) {
    scenario(`every page in ${locale}, light and dark, 320 px wide`, async () => {
      const options = { locale, viewport: { width: 320, height: 640 }, reducedMotion: "reduce" };
      const visitor = await visit({ ...options, authenticator: null }); // with one, autofill signs in
      await visitor.open("/");
      await skips(visitor);
      await check(visitor, `sign-in.${locale}`);
      // A prescriber with a passkey, so that there is a card, and a message.
      await byCode(visitor, "king");
      for (const path of ["/account", "/results", "/prescriptions"]) {
        await visitor.open(path);
        await visitor.page.waitForSelector("#nav:visible");
        await skips(visitor);
        await check(visitor, `${path.slice(1)}.${locale}`);
      }
      await byCode(visitor, "auditor");
      await visitor.open("/audit");
      await skips(visitor);
      await visitor.page.click("#read");
      await visitor.page.waitForSelector("#lines article");
      await check(visitor, `audit.${locale}`);
      assert.deepEqual(visitor.problems, []);
      await visitor.context.close();
      return "axe-core finds nothing on 5 pages, in 2 schemes";
    });
  }
});

async function skips({ page }) {
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", `${page.url()}: the first stop is the skip link`);
}

/** Checks a page with everything that it can show: sections of all roles, a problem and a success. */
async function check({ page }, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}.${colorScheme}`);
  }
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("[hidden]")) one.hidden = false;
    for (const one of document.querySelectorAll("details")) one.open = true;
    for (const id of ["alert", "status"]) document.getElementById(id).textContent = document.title;
  });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, `${name}.${colorScheme}`);
  }
  const [wide, dir, lang] = await page.evaluate(() => {
    const { scrollWidth, clientWidth, dir: direction, lang: language } = document.documentElement;
    return [scrollWidth > clientWidth, direction, language];
  });
  assert.equal(wide, false, `${name} scrolls sideways`);
  assert.deepEqual([dir, lang], [name.endsWith(".ar") ? "rtl" : "ltr", name.split(".")[1]]);
}
