-- Somebody signed in somewhere. Its refresh tokens are made from id, generation and a secret: none is stored. generation counts the rotations.
CREATE TABLE sessions (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL,
    generation int NOT NULL CHECK (generation > 0),
    created_at {time} NOT NULL,
    rotated_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    revoked_at {time}
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Failed sign-ins by account: SHA-256 of the normalised email, cut to 128 bits, whether or not there is such an account.
CREATE TABLE sign_in_attempts (
    account {uuid} PRIMARY KEY,
    failures int NOT NULL,
    last_at {time} NOT NULL,
    blocked_until {time}
);
