-- Keys of other systems. hash: SHA-256 of the key, which nobody can read again. store_ids and scopes: JSON lists. last_used_on: yyyy-MM-dd.
CREATE TABLE api_keys (
    id {uuid} PRIMARY KEY,
    name text NOT NULL,
    hash {bytes} NOT NULL,
    hint text NOT NULL,
    store_ids text NOT NULL,
    scopes text NOT NULL,
    created_at {time} NOT NULL,
    created_by text NOT NULL,
    last_used_on text,
    revoked_at {time}
);
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (hash);
