// The pages. `wardkey.js` performs the ceremonies; this file shows and asks.

import * as wardkey from "/wardkey.js";
import { notice } from "/wardkey.notices.js";
import { WORDS } from "/words.js";

const $ = (id) => document.getElementById(id);
const page = document.body.dataset.page;
const api = (path, body) => wardkey.post(`/api${path}`, body);

// ---- Words ----

const preferred = [localStorage.getItem("language"), ...navigator.languages].filter(Boolean);
const language = preferred.map((tag) => tag.split("-")[0]).find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";

function word(key, ...values) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return values.reduce((before, value, n) => before.replace(`{${n}}`, () => value), text);
}

const date = (seconds) => new Date(seconds * 1000).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

document.documentElement.lang = language;
document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
$("language").value = language;
$("language").addEventListener("change", (event) => {
  localStorage.setItem("language", event.target.value);
  location.reload();
});

// ---- Showing ----

/** Makes an element. Texts are never read as HTML. */
function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function tell(text, problem = false) {
  $("alert").textContent = problem ? text : "";
  $("status").textContent = problem ? "" : text;
}

function explain(error) {
  const lacks = error.answer?.lacks;
  if (lacks?.length) return lacks.map((need) => word(`need-${need}`)).join(" ");
  if (error.answer?.usePasskey) return word("retired");
  return wardkey.words(error.code, language);
}

/** Runs an act: one at a time, and says what went wrong. */
async function run(button, act) {
  if (button) button.disabled = true;
  tell("");
  try {
    await act();
  } catch (error) {
    await wardkey.signal(error.answer);
    if (error.status === 401) location.assign("/");
    else tell(explain(error), true);
  } finally {
    if (button) button.disabled = false;
  }
}

const on = (id, act) => $(id)?.addEventListener("click", (event) => run(event.currentTarget, act));

function onSubmit(id, act) {
  $(id)?.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    run(form.querySelector("button"), () => act(Object.fromEntries(new FormData(form)), form));
  });
}

// ---- Ceremonies ----

const finish = (path) => async (response) => {
  const answer = await api(path, response);
  await wardkey.signal(answer);
  return answer;
};

/** Asks, and if the back end wants a confirmation with the passkey, gets it and asks again. */
async function confirmed(path, body, purpose) {
  try {
    return await api(path, body);
  } catch (error) {
    const lacks = error.answer?.lacks ?? [];
    const helps = lacks.length > 0 && lacks.every((need) => ["confirmation", "freshness", "level"].includes(need));
    if (!helps) throw error;
  }
  await wardkey.confirm(() => api("/confirm", { purpose }), finish("/confirmed"));
  return api(path, body);
}

async function add() {
  const options = await confirmed("/register", {}, "add-passkey");
  await wardkey.register(() => options, finish("/registered"));
  await show();
  tell(word("testIt"));
}

// ---- Sign in ----

function signInPage() {
  const signedIn = () => location.assign("/account");
  wardkey.capabilities().then(({ passkeys }) => {
    $("passkey").closest("section").hidden = !passkeys;
  });
  const waitForAutofill = () => run(null, async () => {
    if (await wardkey.autofill(() => api("/sign-in", {}), finish("/signed-in"))) signedIn();
  });
  on("passkey", async () => {
    try {
      await wardkey.signIn(() => api("/sign-in", {}), finish("/signed-in"));
      signedIn();
    } catch (error) {
      waitForAutofill();
      throw error;
    }
  });
  onSubmit("password-form", async (given) => {
    await api("/password", given);
    wardkey.abort();
    $("by-password").hidden = true;
    $("by-code").hidden = false;
    document.querySelector("#code-form input").focus();
  });
  onSubmit("code-form", async (given) => {
    const { offerPasskey } = await api("/code", given);
    if (offerPasskey) sessionStorage.setItem("offer", "1");
    signedIn();
  });
  onSubmit("recover-form", async (given) => {
    await api("/recover", given);
    signedIn();
  });
  onSubmit("lost-form", async (given, form) => {
    await api("/lost", given);
    form.reset();
    tell(`${word("blocked")} ${word("contact")}`);
  });
  waitForAutofill();
}

// ---- Account ----

function card(passkey) {
  const { id } = passkey;
  const title = make("h3", { id: `card-${id}` }, make("bdi", {}, passkey.label));
  const facts = [
    passkey.model ? word("model", passkey.model) : passkey.provider && word("probably", passkey.provider), word("created", date(passkey.createdAt)),
    passkey.lastUsedAt ? word("used", date(passkey.lastUsedAt)) : word("never"),
    passkey.backedUp ? word("backedUp") : word("notBackedUp"),
    passkey.suspended && word("suspended"), !passkey.confirmed && word("testIt"),
  ];
  const list = make("ul", { className: "quiet" }, ...facts.filter(Boolean).map((fact) => make("li", {}, fact)));
  const button = (key, act) => {
    const made = make("button", { className: "plain", type: "button" }, word(key));
    made.setAttribute("aria-describedby", title.id);
    made.addEventListener("click", () => run(made, act));
    return made;
  };
  const input = make("input", { value: passkey.label, maxLength: 64 });
  const rename = button("rename", async () => {
    await api("/rename", { id, label: input.value });
    await show();
    tell(word("saved"));
  });
  const change = (path, purpose) => async () => {
    const answer = await confirmed(path, { id }, `${purpose} ${id}`);
    await wardkey.signal(answer);
    await show();
  };
  const suspend = passkey.suspended
    ? button("resume", change("/resume", "resume-passkey"))
    : button("suspend", change("/suspend", "resume-passkey"));
  const buttons = make("div", { className: "row" }, rename, suspend, button("remove", change("/remove", "remove-passkey")));
  const made = make("article", {}, title, list, make("label", {}, word("label"), input), buttons);
  made.setAttribute("aria-labelledby", title.id);
  return made;
}

/** A notice, with a button to object. */
function message({ id, at, objected }, { text, dir }) {
  const said = make("span", { id: `notice-${id}` }, `${date(at)}: ${text}`);
  if (objected) return make("li", { dir }, said, " ", make("strong", {}, word("objected")));
  const button = make("button", { className: "plain", type: "button" }, word("notMe"));
  button.setAttribute("aria-describedby", said.id);
  button.addEventListener("click", () => run(button, async () => {
    const { suspended } = await api("/not-me", { id });
    await show();
    tell(`${word(suspended ? "objectedSuspended" : "objectedDone")} ${word("contact")}`);
  }));
  return make("li", { dir }, said, " ", button);
}

/** Shows what the back end knows. */
async function show() {
  const me = await api("/me", {});
  $("nav").hidden = false;
  for (const one of document.querySelectorAll("[data-for]")) one.hidden = !one.dataset.for.split(" ").includes(me.role);
  if (page !== "account") return;
  $("offer").hidden = me.passkeys.length > 0;
  $("none").hidden = me.passkeys.length > 0;
  $("cards").replaceChildren(...me.passkeys.map(card));
  document.querySelector("#name-form input").value = me.displayName;
  const words = (key) => notice(key, language, word("contact"));
  $("shown").replaceChildren(...me.shown.map(words).map(({ text, dir }) => make("li", { dir }, text)));
  $("notices").replaceChildren(...me.notices.map((one) => message(one, words(one.key))));
  $("models").hidden = !me.modelsUnchecked;
  $("phone").hidden = !me.sms;
  $("phone-ends").textContent = word("phoneEnds", me.phoneEnd);
  $("sms").textContent = word(me.sms ? "smsOn" : "smsOff");
  const waits = me.retireLacks.filter((need) => !["no-sms", "freshness"].includes(need));
  $("before").hidden = !me.sms || waits.length === 0;
  $("lacks").replaceChildren(...waits.map((need) => make("li", {}, word(`need-${need}`))));
  $("retire").hidden = !me.sms;
}

function accountPage() {
  for (const button of document.querySelectorAll("[data-act=add]")) button.addEventListener("click", () => run(button, add));
  on("saved-code", async () => {
    const { code } = await confirmed("/saved-code", {}, "saved-code");
    $("code-is").textContent = word("codeIs", code);
    await show();
  });
  onSubmit("phone-form", async (given) => {
    await confirmed("/phone", given, "change-phone");
    $("phone-code-form").hidden = false;
    document.querySelector("#phone-code-form input").focus();
  });
  onSubmit("phone-code-form", async (given, form) => {
    await api("/phone-code", given);
    form.hidden = true;
    await show();
    tell(word("saved"));
  });
  on("retire", async () => {
    await confirmed("/retire-sms", {}, "retire-sms");
    await show();
  });
  on("delete", async () => {
    const { unknownCredentials } = await confirmed("/delete", {}, "delete-account");
    for (const unknownCredential of unknownCredentials) await wardkey.signal({ unknownCredential });
    location.assign("/");
  });
  onSubmit("name-form", async (given) => {
    await wardkey.signal(await confirmed("/name", given, "change-name"));
    tell(word("saved"));
  });
}

/**
 * After a sign-in with a code, asks the password manager to make a passkey without a question. It may take minutes or never
 * answer, so nothing waits for it; the button "Add a passkey" ends it.
 */
async function upgrade() {
  if (!sessionStorage.getItem("offer")) return;
  sessionStorage.removeItem("offer");
  const made = wardkey.upgrade(() => api("/register", { conditional: true }), finish("/registered"));
  if (await made.catch(() => undefined)) await show();
}

// ---- Results, prescriptions, audit ----

function resultsPage() {
  on("show-results", async () => {
    const { results } = await confirmed("/results", {}, "read-results");
    const pairs = results.flatMap(({ title, text }) => [make("dt", {}, title), make("dd", {}, text)]);
    $("results").replaceChildren(...pairs);
  });
}

function prescriptionsPage() {
  let options;
  onSubmit("prescribe-form", async ({ patient, items }) => {
    const lines = items.split("\n").map((line) => line.trim()).filter(Boolean);
    const started = await api("/prescribe", { patient, items: lines });
    options = started.options;
    // The whole document is on the page before the ceremony starts.
    for (const member of ["meaning", "signer", "subject"]) $(member).textContent = started.document[member];
    $("time").textContent = date(started.document.time);
    $("items").replaceChildren(...started.document.items.map((item) => make("li", {}, make("bdi", {}, item))));
    $("document").hidden = false;
    $("sign").focus();
  });
  on("sign", async () => {
    await wardkey.confirm(() => options, finish("/prescribed"));
    $("document").hidden = true;
    tell(word("signed"));
  });
  on("list", async () => {
    const { prescriptions } = await confirmed("/prescriptions", {}, "read-results");
    $("prescriptions").replaceChildren(...prescriptions.map(({ id, patient, confirmedAt }) => {
      const button = make("button", { className: "plain", type: "button" }, word("verify"));
      const row = make("li", {}, word("for", patient, date(confirmedAt)), " ", button);
      button.addEventListener("click", () => run(button, async () => {
        const found = await confirmed("/verify", { id }, "read-results");
        if (found.verified) tell(word("genuine", found.signer, found.items.join("; ")));
        else tell(word("forged", found.reason), true);
      }));
      return row;
    }));
  });
}

/** Evidence as a person reads it. */
function evidenceFacts(evidence) {
  const { signCountStored: before, signCount: after } = evidence;
  return [
    [word("evSteps"), word("evStepsAre", evidence.stepsPassed.length, evidence.stepsRefused.join(", ") || "–")],
    [word("evReason"), evidence.refusalReason],
    [word("evOrigin"), evidence.origin],
    [word("evUser"), evidence.userVerification && word(`ev-${evidence.userVerification}`)],
    [word("evCounter"), after === null ? null : `${before ?? "–"} → ${after}`],
    [word("evPolicy"), evidence.policy],
    [word("evAttestation"), evidence.attestationTrust && word(`ev-${evidence.attestationTrust}`)],
  ].filter(([, fact]) => fact !== null && fact !== undefined);
}

function auditPage() {
  on("read", async () => {
    const [file] = $("checkpoints").files;
    const checkpoints = file ? await file.text().then(JSON.parse).catch(() => undefined) : {};
    if (!checkpoints) {
      tell(word("checkpointBad"), true);
      return;
    }
    const { chains, lines, stages, report, metadata } = await confirmed("/audit", { checkpoints }, "read-results");
    $("report").replaceChildren(
      make("li", {}, word("reportAccounts", report.accounts)), make("li", {}, word("reportSms", report.withSms, report.ready)),
    );
    $("metadata").textContent = !metadata ? word("modelsUnchecked")
      : word(metadata.fresh === false ? "metadataStale" : "metadataIs", metadata.number);
    $("stages").replaceChildren(...stages.map(([stage, count]) => make("li", { dir: "ltr" }, `${stage}: ${count}`)));
    $("chains").replaceChildren(...chains.map(({ chain, lines: count, checkpoint, broken }) => make("li", {}, broken
      ? word("chainBroken", chain, broken.at, broken.fault)
      : word(checkpoint === null ? "chainHolds" : "chainHoldsTo", chain, count, checkpoint))));
    $("lines").replaceChildren(...lines.map((line) => {
      const { event } = line.line;
      const facts = [
        [word("when"), date(event.time)], [word("outcome"), [event.outcome, event.code, event.step].filter(Boolean).join(" ")],
        [word("who"), event.actor ?? event.claimed ?? "–"], [word("judged"), line.bundle ?? "–"],
        ...(line.evidence ? evidenceFacts(line.evidence) : []),
      ];
      const list = make("dl", {}, ...facts.flatMap(([name, fact]) => [make("dt", {}, name), make("dd", {}, fact)]));
      const query = new URLSearchParams({ chain: line.chain, seq: line.seq });
      const links = make("p", { className: "row" }, make("a", { href: `/api/audit/fhir?${query}` }, "FHIR"));
      if (line.bundle) links.append(make("a", { href: `/api/audit/bundle?${query}` }, `${word("download")} ${line.seq}`));
      const evidence = make("details", {}, make("summary", {}, word("evidence")),
        make("pre", { dir: "ltr", textContent: JSON.stringify(line.evidence, null, 1) }));
      return make("article", {}, make("h3", {}, `${line.seq} ${event.type}`), list, links, ...(line.evidence ? [evidence] : []));
    }));
  });
}

({ "sign-in": signInPage, account: accountPage, results: resultsPage, prescriptions: prescriptionsPage, audit: auditPage })[page]();
if (page !== "sign-in") run(null, show).then(() => page === "account" && upgrade());
on("sign-out", async () => {
  await api("/sign-out", {});
  location.assign("/");
});
document.documentElement.dataset.ready = "";
