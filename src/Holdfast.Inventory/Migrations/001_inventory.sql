-- One row per variant and location; the default location of a store has the store's id. A variant without a row has no stock.
-- movements: how many ledger rows there are, the last one's sequence. event_sequence: likewise for events about the variant.
CREATE TABLE stock (
    variant_id {uuid} NOT NULL,
    location_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    on_hand bigint NOT NULL CHECK (on_hand >= 0),
    reserved bigint NOT NULL CHECK (reserved >= 0),
    shortfall bigint NOT NULL CHECK (shortfall >= 0),
    low_stock_threshold bigint,
    movements bigint NOT NULL,
    event_sequence int NOT NULL,
    PRIMARY KEY (variant_id, location_id),
    CHECK (on_hand + shortfall >= reserved)
);
CREATE INDEX stock_by_store ON stock (store_id, variant_id);

-- Append-only: the deltas sum to the balances. reference_id: the order or reservation; reference: what a person or system named.
CREATE TABLE stock_movements (
    variant_id {uuid} NOT NULL,
    location_id {uuid} NOT NULL,
    sequence bigint NOT NULL,
    store_id {uuid} NOT NULL,
    on_hand_delta bigint NOT NULL,
    reserved_delta bigint NOT NULL,
    reason text NOT NULL,
    reference_id {uuid},
    reference text,
    created_at {time} NOT NULL,
    PRIMARY KEY (variant_id, location_id, sequence)
);
CREATE UNIQUE INDEX stock_movements_receipts ON stock_movements (variant_id, reference) WHERE reason = 'receipt';

-- Stand-alone holds. status: active, released, expired, committed, consumed (an order took it over).
CREATE TABLE reservations (
    id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL,
    status text NOT NULL,
    reference text,
    expires_at {time} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE INDEX reservations_due ON reservations (expires_at) WHERE status = 'active';

CREATE TABLE reservation_lines (
    reservation_id {uuid} NOT NULL,
    variant_id {uuid} NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, variant_id)
);
