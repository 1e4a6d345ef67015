// Runs the process wardkey in Node's WASI, and compares its answer to every vector with the verdict that the vector states.
//
//   node --no-warnings vectors.mjs wardkey.wasm
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const folder = mkdtempSync(join(tmpdir(), "wardkey-wasm-"));
const of = fileURLToPath(new URL("../../tests/vectors/", import.meta.url));
const files = readdirSync(of).filter((name) => name.endsWith(".jsonl")).sort();
const vectors = files.flatMap((name) => readFileSync(join(of, name), "utf8").split("\n").filter(Boolean)).map((line) => JSON.parse(line));
// Two starts, whose challenges are random, and then the vectors.
const start = { do: "start-authentication", session: "a session", now: 1795392000 };
const requests = [start, start, ...vectors.map((vector) => ({ do: "judge-vector", vector: JSON.stringify(vector) }))];

const [config, input, output] = ["wardkey.toml", "input", "output"].map((name) => join(folder, name));
writeFileSync(config, 'version = 1\n[relying_parties.portal]\nid = "clinic.example"\nname = "Example Clinic"\n');
writeFileSync(input, requests.map((request, id) => `${JSON.stringify({ v: 1, id, ...request })}\n`).join(""));
const [stdin, stdout] = [openSync(input, "r"), openSync(output, "w")];
const args = ["wardkey", "--config", "/config/wardkey.toml"];
const wasi = new WASI({ version: "preview1", args, preopens: { "/config": folder }, stdin, stdout, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), wasi.getImportObject());
assert.equal(wasi.start(instance) ?? 0, 0);
closeSync(stdout);

const answers = readFileSync(output, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
rmSync(folder, { recursive: true });
assert.equal(answers.length, requests.length);
answers.forEach(({ id }, number) => assert.equal(id, number));
const [first, second] = answers.splice(0, 2);
assert.notEqual(first.ok.options.challenge, second.ok.options.challenge);
answers.forEach(({ ok }, number) => {
  const { id, verdict } = vectors[number];
  assert.equal(ok?.accept, verdict.accept, id);
  const step = /§(7\.[12]) step (\d+)$/.exec(verdict.step); // not every vector states one
  if (step && !verdict.accept) assert.equal(ok.step, `${step[1]}/${step[2]}`, id);
  assert.equal(ok.accept, ok.code === null, id);
});
console.log(`${answers.length} vectors have their verdicts and steps in WebAssembly`);
