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

/** One connection, opened when it is needed. Requests are sent at once, and their answers come in the same order. */
export class Wardkey {
  #path;
  #socket = null;
  #waiting = new Map();
  #number = 0;

  constructor(path) {
    this.#path = path;
  }

  call(action, members) {
    return new Promise((resolve, reject) => {
      const id = ++this.#number;
      this.#waiting.set(id, { resolve, reject });
      this.#open().write(JSON.stringify({ v: 1, id, do: action, ...members }) + "\n");
    });
  }

  #open() {
    if (this.#socket) return this.#socket;
    const socket = (this.#socket = connect(this.#path));
    socket.on("error", () => {}).on("close", () => {
      this.#socket = null;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      lost.forEach(({ reject }) => reject(new Error("wardkey gave no answer")));
    });
    createInterface({ input: socket }).on("error", () => {}).on("line", (line) => {
      const answer = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
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
    this.delete(id);
    return state;
  }
}
