-- Mails that somebody asked for, such as links for a new password: by kind and email, by kind and mailbox (without what follows a plus), and by the client's
-- address, each a hash cut to 128 bits. asked: how many since day_began_at.
CREATE TABLE asked_mails (
    whose {uuid} PRIMARY KEY,
    asked int NOT NULL,
    day_began_at {time} NOT NULL,
    last_at {time} NOT NULL
);
