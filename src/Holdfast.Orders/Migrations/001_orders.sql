-- Amounts are minor units of the order's currency. delivery_address and metadata are JSON as it is served.
-- local_date: the day of created_at in the store's time zone. version guards updates; event_sequence numbers the order's events.
CREATE TABLE orders (
    id {uuid} PRIMARY KEY,
    number text NOT NULL,
    store_id {uuid} NOT NULL,
    customer_id {uuid} NOT NULL,
    is_guest {bool} NOT NULL,
    customer_email text NOT NULL,
    customer_name text,
    status text NOT NULL,
    payment_status text NOT NULL,
    payment_method text NOT NULL,
    currency text NOT NULL,
    subtotal bigint NOT NULL,
    total bigint NOT NULL,
    amount_paid bigint NOT NULL CHECK (amount_paid >= 0),
    amount_refunded bigint NOT NULL CHECK (amount_refunded >= 0),
    refund_due bigint NOT NULL CHECK (refund_due >= 0),
    delivery_address text NOT NULL,
    contact_phone text NOT NULL,
    note text,
    metadata text,
    external_id text,
    duration_seconds bigint,
    expires_at {time},
    local_date text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time},
    hidden {bool} NOT NULL,
    version int NOT NULL,
    event_sequence int NOT NULL,
    CHECK (amount_paid - amount_refunded - refund_due <= total)
);
CREATE UNIQUE INDEX orders_by_number ON orders (number);
CREATE UNIQUE INDEX orders_by_external_id ON orders (external_id, store_id) WHERE external_id IS NOT NULL;
CREATE INDEX orders_by_store ON orders (store_id, created_at, id);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at, id);
CREATE INDEX orders_due ON orders (expires_at) WHERE status = 'pending';

-- limited: the quantity counts towards the variant's purchase limit.
CREATE TABLE order_lines (
    order_id {uuid} NOT NULL,
    position int NOT NULL,
    variant_id {uuid} NOT NULL,
    product_id {uuid} NOT NULL,
    product_name text NOT NULL,
    sku text NOT NULL,
    unit_price bigint NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    shipped bigint NOT NULL CHECK (shipped >= 0 AND shipped <= quantity),
    returned bigint NOT NULL CHECK (returned >= 0 AND returned <= shipped),
    limited {bool} NOT NULL,
    PRIMARY KEY (order_id, position)
);

-- How many pieces of a limited variant a buyer (by normalised email) holds or has bought.
CREATE TABLE purchase_counts (
    variant_id {uuid} NOT NULL,
    buyer text NOT NULL,
    quantity bigint NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (variant_id, buyer)
);

-- Shipments and returns of an order; lines: JSON [{"variantId", "quantity"}].
CREATE TABLE fulfilments (
    id {uuid} PRIMARY KEY,
    order_id {uuid} NOT NULL,
    kind text NOT NULL,
    carrier text,
    tracking_number text,
    restocked {bool} NOT NULL,
    lines text NOT NULL,
    created_at {time} NOT NULL
);
CREATE INDEX fulfilments_by_order ON fulfilments (order_id, id);

-- Append-only: money that has come in. The same transaction of a provider counts once in a store.
CREATE TABLE payment_transactions (
    id {uuid} PRIMARY KEY,
    order_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    provider text NOT NULL,
    transaction_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    method text,
    installments int,
    actor text NOT NULL,
    received_at {time} NOT NULL,
    created_at {time} NOT NULL
);
CREATE UNIQUE INDEX payment_transactions_once ON payment_transactions (store_id, provider, transaction_id);
CREATE INDEX payment_transactions_by_order ON payment_transactions (order_id, id);

-- Money that must go back: at most one per payment and reason. status: due, done.
CREATE TABLE refunds (
    payment_id {uuid} NOT NULL,
    reason text NOT NULL,
    order_id {uuid} NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    status text NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (payment_id, reason)
);
CREATE INDEX refunds_by_order ON refunds (order_id);

-- Fed by the statistics consumer: orders by the day they were placed, moved between rows as their state changes.
CREATE TABLE order_statistics (
    store_id {uuid} NOT NULL,
    day text NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    payment_status text NOT NULL,
    orders bigint NOT NULL,
    total bigint NOT NULL,
    captured bigint NOT NULL,
    refunded bigint NOT NULL,
    PRIMARY KEY (store_id, day, currency, status, payment_status)
);
