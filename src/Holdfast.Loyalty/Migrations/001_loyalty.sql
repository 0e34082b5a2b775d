-- amount_per_point: minor units of goods for one point, 0: earns none. point_value: minor units a point is worth, 0: cannot be redeemed.
CREATE TABLE loyalty_programs (
    store_id {uuid} PRIMARY KEY,
    amount_per_point bigint NOT NULL CHECK (amount_per_point >= 0),
    point_value bigint NOT NULL CHECK (point_value >= 0),
    expires_after_days int CHECK (expires_after_days > 0),
    version bigint NOT NULL,
    updated_at {time} NOT NULL
);

-- balance: points; below zero where points that were spent were taken back. movements: how many ledger rows there are, the last one's sequence.
-- next_expiry: no points lapse before it, as of updated_at; null: none will.
CREATE TABLE points_accounts (
    customer_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    balance bigint NOT NULL,
    movements bigint NOT NULL,
    next_expiry {time},
    updated_at {time} NOT NULL,
    PRIMARY KEY (customer_id, store_id)
);
CREATE INDEX points_accounts_due ON points_accounts (next_expiry) WHERE next_expiry IS NOT NULL;

-- Append-only: the deltas sum to the balance. Points that are earned may carry the time at which what is left of them lapses.
CREATE TABLE points_movements (
    customer_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    sequence bigint NOT NULL,
    delta bigint NOT NULL CHECK (delta <> 0),
    reason text NOT NULL,
    order_id {uuid},
    note text,
    expires_at {time},
    created_at {time} NOT NULL,
    PRIMARY KEY (customer_id, store_id, sequence),
    CHECK (expires_at IS NULL OR delta > 0)
);
CREATE UNIQUE INDEX points_movements_once ON points_movements (order_id, reason) WHERE reason IN ('redeemed', 'late_payment', 'cancelled', 'expired', 'earned');
