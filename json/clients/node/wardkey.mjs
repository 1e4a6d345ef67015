// A client of the process wardkey over its Unix socket, and a store of states. Node 18 or later, no packages.

import { connect } from "node:net";
import { createInterface } from "node:readline";

/** An answer with an error. `tell` is the body for the browser, `log` the line for the log. */
export class Refused extends Error {
  constructor({ error, log, evidence }) {
    super(log);
    Object.assign(this, error, { log, evidence });
  }
}

/** One connection, which is opened again when it was closed. Requests are sent at once. One without an answer is sent twice. */
export class Wardkey {
  #path;
  #socket = null;
  #waiting = new Map();
  #number = 0;
  constructor(path) { this.#path = path; }

  call(action, members) {
    const id = ++this.#number;
    const line = JSON.stringify({ v: 1, id, do: action, ...members }) + "\n";
    return new Promise((resolve, reject) => this.#send(id, { line, resolve, reject, again: true }));
  }

  #send(id, request) {
    this.#waiting.set(id, request);
    (this.#socket ??= this.#open()).write(request.line);
  }

  #open() {
    const socket = connect(this.#path);
    socket.on("error", () => {}).on("close", () => {
      this.#socket = null;
      const lost = this.#waiting;
      this.#waiting = new Map();
      for (const [id, request] of lost) {
        request.again ? this.#send(id, { ...request, again: false }) : request.reject(new Error("wardkey gave no answer"));
      }
    });
    createInterface({ input: socket }).on("error", () => {}).on("line", (line) => {
      const answer = JSON.parse(line);
      const [[id, { resolve, reject }]] = this.#waiting; // answers come in the order of the requests
      this.#waiting.delete(id);
      answer.error ? reject(new Refused(answer)) : resolve(answer.ok);
    });
    return socket;
  }
}

/** Delete-and-return: each state is taken once. In SQL: DELETE FROM states WHERE id = ? RETURNING state. */
export class States extends Map {
  put = (started) => this.set(started.state_id, started.state);
  take(id) {
    const state = this.get(id);
    return this.delete(id) ? state : undefined;
  }
}
