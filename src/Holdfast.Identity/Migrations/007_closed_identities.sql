-- When an account of an outside issuer was closed, by what was its email_key (a hash of issuer and subject): its tokens from before make no new one.
CREATE TABLE closed_identities (
    email_key text PRIMARY KEY,
    closed_at {time} NOT NULL
);
