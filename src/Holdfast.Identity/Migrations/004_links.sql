-- Links sent by mail, good once. hash: SHA-256 of the token. user_id is null where a password was asked for that nobody has.
CREATE TABLE one_time_links (
    hash {bytes} PRIMARY KEY,
    purpose text NOT NULL,
    user_id {uuid},
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX one_time_links_by_user ON one_time_links (user_id);

-- When the owner of the account showed that its mailbox is theirs.
ALTER TABLE users ADD COLUMN email_proved_at {time};
