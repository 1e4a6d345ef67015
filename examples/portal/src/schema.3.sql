-- The third version of the tables.

-- The greatest number of FIDO metadata that any instance used: an older BLOB is refused, also after a restart.
CREATE TABLE seen (name TEXT PRIMARY KEY, number BIGINT NOT NULL);
