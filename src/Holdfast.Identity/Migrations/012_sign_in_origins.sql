-- Failed sign-ins by account, as in sign_in_attempts, and by where they come from: a hash of the client's address, or the id of a device that was signed in to the
-- account before. sign_in_attempts counts those of all strangers together from here on.
CREATE TABLE sign_in_origins (
    account {uuid} NOT NULL,
    origin {uuid} NOT NULL,
    failures int NOT NULL,
    last_at {time} NOT NULL,
    blocked_until {time},
    PRIMARY KEY (account, origin)
);

-- Access tokens name the generation that they are of. A new one ends those before it: tokens_ended_at says when, for processes that remember tokens.
ALTER TABLE users ADD COLUMN token_generation int NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN tokens_ended_at {time};
CREATE INDEX users_tokens_ended ON users (tokens_ended_at) WHERE tokens_ended_at IS NOT NULL;
