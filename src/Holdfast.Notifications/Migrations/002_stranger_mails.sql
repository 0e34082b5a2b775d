-- How many messages strangers' orders have caused within an hour, by a hash of the recipient (kind t: mailbox, s: phone) or of the address they came from (c).
CREATE TABLE stranger_mails (
    kind text NOT NULL,
    hash bigint NOT NULL,
    hour {time} NOT NULL,
    messages int NOT NULL,
    PRIMARY KEY (kind, hash, hour)
);
