-- The tables, for SQLite and PostgreSQL: texts and whole numbers only, so that both databases read the same statements.
-- Values of wardkey are their JSON. Booleans are 0 or 1, times are seconds since 1970, and '' or 0 is "none".

CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS account (
  user_handle  TEXT   PRIMARY KEY,
  name         TEXT   NOT NULL UNIQUE,
  display_name TEXT   NOT NULL,
  role         TEXT   NOT NULL,
  password     TEXT   NOT NULL,
  phone        TEXT   NOT NULL, -- '' after SMS codes were retired
  saved_code   TEXT   NOT NULL, -- SHA-256 of the saved recovery code
  recovered_at BIGINT NOT NULL,
  version      BIGINT NOT NULL  -- changes with every act that weakens the account
);

-- The credential id is unique over all accounts (WebAuthn 7.1 step 26).
CREATE TABLE IF NOT EXISTS credential (
  id           TEXT   PRIMARY KEY,
  user_handle  TEXT   NOT NULL,
  record       TEXT   NOT NULL, -- compare-and-set: UPDATE … WHERE record = the text that was read
  label        TEXT   NOT NULL,
  aaguid       TEXT   NOT NULL, -- claimed, not attested
  level        TEXT   NOT NULL,
  confirmed    BIGINT NOT NULL,
  suspended    BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS credential_of_user ON credential (user_handle);

CREATE TABLE IF NOT EXISTS session (
  id            TEXT   PRIMARY KEY, -- SHA-256 of the id in the cookie
  user_handle   TEXT   NOT NULL,    -- '' before the sign-in
  credential_id TEXT   NOT NULL,    -- the passkey that began the session, or ''
  data          TEXT   NOT NULL,
  expires_at    BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS session_of_user ON session (user_handle);

-- States of ceremonies. Each is read once, by the statement that deletes it.
CREATE TABLE IF NOT EXISTS ceremony (
  id         TEXT   PRIMARY KEY,
  kind       TEXT   NOT NULL,
  state      TEXT   NOT NULL,
  document   TEXT   NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Re-authentications that were spent.
CREATE TABLE IF NOT EXISTS spent (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL);

-- Codes by text message. One for each web session.
CREATE TABLE IF NOT EXISTS sms_code (
  session     TEXT   PRIMARY KEY,
  user_handle TEXT   NOT NULL,
  code        TEXT   NOT NULL, -- SHA-256
  expires_at  BIGINT NOT NULL
);

-- Counts for rate limits, which all instances share.
CREATE TABLE IF NOT EXISTS attempt (
  name       TEXT   NOT NULL,
  slot       BIGINT NOT NULL,
  count      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (name, slot)
);

CREATE TABLE IF NOT EXISTS result (id TEXT PRIMARY KEY, user_handle TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS prescription (
  id           TEXT   PRIMARY KEY,
  prescriber   TEXT   NOT NULL, -- a user handle
  patient      TEXT   NOT NULL, -- a name
  receipt      TEXT   NOT NULL,
  record       TEXT   NOT NULL, -- the credential record as it was, because the passkey may be removed later
  confirmed_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS notice (
  id          TEXT   PRIMARY KEY,
  user_handle TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  at          BIGINT NOT NULL
);

-- The audit log: one chain for each instance that ran.
CREATE TABLE IF NOT EXISTS audit (
  chain    TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  line     TEXT   NOT NULL,
  evidence TEXT   NOT NULL,
  bundle   TEXT   NOT NULL,
  PRIMARY KEY (chain, seq)
);
