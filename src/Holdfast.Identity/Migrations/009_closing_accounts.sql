-- Accounts that are closed and still have something personal elsewhere, which is removed slice by slice. part and done: how far the slice has come
-- whose part is too large for one.
CREATE TABLE closing_accounts (
    user_id {uuid} PRIMARY KEY,
    actor text NOT NULL,
    part {uuid},
    done int NOT NULL,
    next_at {time} NOT NULL,
    begun_at {time} NOT NULL
);
CREATE INDEX closing_accounts_by_time ON closing_accounts (next_at);
