-- Everybody: admins, staff, services, customers with an account, and guests, who have ordered with an email and cannot sign in.
-- email_key: the normalised email. An account and a guest may share one: a guest's orders never join an account by email alone.
CREATE TABLE users (
    id {uuid} PRIMARY KEY,
    role text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text,
    password_hash text,
    active {bool} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX users_accounts ON users (email_key) WHERE role <> 'guest';
CREATE UNIQUE INDEX users_guests ON users (email_key) WHERE role = 'guest';

CREATE TABLE user_stores (
    user_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    PRIMARY KEY (user_id, store_id)
);

-- The ES256 keys that sign tokens (PKCS#8), and other secrets of the installation, by name.
CREATE TABLE secrets (
    name text PRIMARY KEY,
    value {bytes} NOT NULL,
    created_at {time} NOT NULL
);
