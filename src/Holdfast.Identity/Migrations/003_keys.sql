-- sealed: value is AES-256-GCM under SECRETS_KEY (nonce, ciphertext, tag; the name is authenticated with it).
ALTER TABLE secrets ADD COLUMN sealed {bool} NOT NULL DEFAULT false;

-- Who an outside OpenID Connect issuer says this is. Such accounts have 'oidc:' and a hash of both as their email_key, and no password.
ALTER TABLE users ADD COLUMN issuer text;
ALTER TABLE users ADD COLUMN subject text;
