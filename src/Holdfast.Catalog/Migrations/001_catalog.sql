CREATE TABLE stores (
    id {uuid} PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    currency text NOT NULL,
    time_zone text NOT NULL,
    external_id text UNIQUE,
    metadata text,
    version bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);

CREATE TABLE products (
    id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL REFERENCES stores (id),
    name text NOT NULL,
    description text,
    category text,
    search_text text NOT NULL,
    external_id text,
    metadata text,
    version bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time}
);
CREATE UNIQUE INDEX products_by_external_id ON products (store_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX products_by_store ON products (store_id, id);

-- price is in minor units of the store's currency. A variant is never deleted: orders and the stock ledger refer to it.
CREATE TABLE variants (
    id {uuid} PRIMARY KEY,
    product_id {uuid} NOT NULL REFERENCES products (id),
    store_id {uuid} NOT NULL,
    position int NOT NULL,
    sku text NOT NULL,
    name text,
    price bigint NOT NULL CHECK (price >= 0),
    attributes text,
    purchase_limit int CHECK (purchase_limit > 0),
    active {bool} NOT NULL,
    external_id text,
    metadata text
);
CREATE UNIQUE INDEX variants_by_sku ON variants (store_id, sku);
CREATE UNIQUE INDEX variants_by_external_id ON variants (store_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX variants_by_product ON variants (product_id, position);
