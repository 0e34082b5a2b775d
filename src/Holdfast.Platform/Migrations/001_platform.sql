-- Answers to requests that carried an Idempotency-Key. key: SHA-256 of caller, route and key, cut to 128 bits.
-- The answer is response, or else the data of the event that the request caused: one copy of the same bytes.
CREATE TABLE idempotency_keys (
    key {uuid} PRIMARY KEY,
    fingerprint {bytes} NOT NULL,
    status int NOT NULL,
    location text,
    response {bytes},
    event_subject {uuid},
    event_sequence int,
    created_at {time} NOT NULL
);


-- What happened, for ever: an order's history, and what is told to others. subject and sequence make the event's id.
-- data: the resource as GET returns it after the event. previous: the members that a consumer needs of the state before it, as JSON.
CREATE TABLE events (
    subject {uuid} NOT NULL,
    sequence int NOT NULL,
    type text NOT NULL,
    store_id {uuid} NOT NULL,
    occurred_at {time} NOT NULL,
    actor text NOT NULL,
    previous text,
    data {bytes} NOT NULL,
    PRIMARY KEY (subject, sequence)
);

-- The events that the relay has not handed on yet.
CREATE TABLE outbox (
    subject {uuid} NOT NULL,
    sequence int NOT NULL,
    PRIMARY KEY (subject, sequence)
);
