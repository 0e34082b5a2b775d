-- Events on their way to whoever does not get them in the relay's own transaction: a broker, a consumer that another process runs, a consumer that
-- failed. lane: who. events: their ids, 20 bytes each (subject, sequence). subject null: a chunk as the relay took it; else the events of that one
-- subject, of which the first has failed and is tried again at next_attempt_at. position: chunks of a lane are handled in this order.
CREATE TABLE deliveries (
-- only postgresql
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
-- end
-- only sqlite
    position integer PRIMARY KEY AUTOINCREMENT,
-- end
    lane text NOT NULL,
    subject {uuid},
    events {bytes} NOT NULL,
    attempts int NOT NULL,
    next_attempt_at {time} NOT NULL,
    created_at {time} NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (lane, next_attempt_at);
CREATE INDEX deliveries_in_order ON deliveries (lane, position);
CREATE UNIQUE INDEX deliveries_by_subject ON deliveries (lane, subject) WHERE subject IS NOT NULL;

-- What could not be handled. subject and sequence: the event, where it is one of ours. redriven_at: somebody wants it tried again.
CREATE TABLE dead_letters (
    id {uuid} PRIMARY KEY,
    lane text NOT NULL,
    subject {uuid},
    sequence int,
    type text,
    reason text NOT NULL,
    payload {bytes} NOT NULL,
    attempts int NOT NULL,
    redriven_at {time},
    created_at {time} NOT NULL
);
CREATE INDEX dead_letters_by_time ON dead_letters (created_at, id);

-- Which way a consumer gets its events: outbox, rabbitmq or kafka. No row: outbox.
CREATE TABLE lanes (
    name text PRIMARY KEY,
    transport text NOT NULL
);

-- For consumers fed by a broker: the last event of each subject that they have handled.
CREATE TABLE inbox (
    consumer text NOT NULL,
    subject {uuid} NOT NULL,
    sequence int NOT NULL,
    PRIMARY KEY (consumer, subject)
);
