-- The part of an order number that tells processes apart, claimed for an hour at a time by each process that places orders.
CREATE TABLE order_number_claims (
    process int PRIMARY KEY CHECK (process >= 0 AND process < 1024),
    holder {uuid} NOT NULL,
    expires_at {time} NOT NULL
);
