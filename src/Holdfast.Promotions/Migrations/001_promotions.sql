-- store_id null: a code for all stores; then currency is that of value and minimum_subtotal, where there is an amount.
-- value: basis points of a percentage, minor units of a fixed amount, 0 for free shipping. categories: a JSON list, null for all.
-- used: the live uses, the sum of the ledger.
CREATE TABLE discount_codes (
    id {uuid} PRIMARY KEY,
    store_id {uuid},
    code text NOT NULL,
    code_key text NOT NULL,
    kind text NOT NULL,
    value bigint NOT NULL CHECK (value >= 0),
    currency text,
    starts_at {time},
    ends_at {time},
    minimum_subtotal bigint,
    usage_limit bigint,
    usage_limit_per_customer bigint,
    categories text,
    active {bool} NOT NULL,
    used bigint NOT NULL CHECK (used >= 0),
    version bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CHECK (usage_limit IS NULL OR used <= usage_limit)
);
CREATE UNIQUE INDEX discount_codes_of_stores ON discount_codes (store_id, code_key) WHERE store_id IS NOT NULL;
CREATE UNIQUE INDEX discount_codes_of_all ON discount_codes (code_key) WHERE store_id IS NULL;

-- Append-only: one row for each use and for each giving back. For one code and order they take turns, so neither can happen twice.
-- buyer: the normalised email. amount: what was taken off, in minor units of the order's currency.
CREATE TABLE discount_uses (
    code_id {uuid} NOT NULL,
    order_id {uuid} NOT NULL,
    sequence int NOT NULL,
    store_id {uuid} NOT NULL,
    buyer text NOT NULL,
    delta int NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    created_at {time} NOT NULL,
    PRIMARY KEY (code_id, order_id, sequence),
    CHECK (sequence > 0 AND delta = CASE WHEN sequence % 2 = 1 THEN 1 ELSE -1 END)
);
CREATE INDEX discount_uses_by_buyer ON discount_uses (code_id, buyer);
