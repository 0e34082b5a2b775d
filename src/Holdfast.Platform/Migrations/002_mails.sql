-- Mails to be sent, queued in the transaction that causes them, each once by its key. Their texts may hold one-time links: they are emptied when
-- the mail has been sent. expires_at: after it there is no use in sending.
CREATE TABLE mails (
    id {uuid} PRIMARY KEY,
    key text NOT NULL,
    store_id {uuid},
    recipient text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text,
    attempts int NOT NULL,
    next_attempt_at {time} NOT NULL,
    expires_at {time},
    sent_at {time},
    created_at {time} NOT NULL
);
CREATE UNIQUE INDEX mails_by_key ON mails (key);
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE sent_at IS NULL;
