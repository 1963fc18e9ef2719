-- Keys of the API beside those of API_KEYS. Only a digest is kept: who reads the table, or a backup of it, gets no key. A
-- digest without salt is enough, as a key is 256 random bits and nobody's password.
CREATE TABLE api_keys (
    id            text PRIMARY KEY,              -- a part of the key, by which it is found; no secret
    tenant        text NOT NULL,
    name          text NOT NULL,                 -- whose it is, in the operator's words
    roles         text[] NOT NULL,               -- read, write, operate
    digest        bytea NOT NULL,                -- SHA-256 of the whole key
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,                   -- to the minute
    revoked_at    timestamptz
);
