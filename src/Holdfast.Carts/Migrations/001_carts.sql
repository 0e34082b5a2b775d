-- owner: customer:ID, or token:HASH of an anonymous visitor's token (hexadecimal SHA-256; the token itself is not kept).
-- version: counts the changes. expires_at: when a cart that nobody changes any more is removed.
CREATE TABLE carts (
    id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL,
    owner text NOT NULL,
    version bigint NOT NULL CHECK (version >= 0),
    expires_at {time} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX carts_by_owner ON carts (store_id, owner);
CREATE INDEX carts_due ON carts (expires_at);

-- added_price, added_name: what the customer saw when the line was added; minor units of the store's currency.
CREATE TABLE cart_lines (
    cart_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    variant_id {uuid} NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    added_price bigint NOT NULL,
    added_name text NOT NULL,
    added_at {time} NOT NULL,
    PRIMARY KEY (cart_id, variant_id)
);
