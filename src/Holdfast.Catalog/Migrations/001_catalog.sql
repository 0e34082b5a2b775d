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

-- search_text: the words to find it by, folded (SearchText.cs). sort_name, price_from: what lists are sorted by.
CREATE TABLE products (
    id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL REFERENCES stores (id),
    name text NOT NULL,
    description text,
    category text,
    search_text text NOT NULL,
    sort_name text NOT NULL DEFAULT '',
    price_from bigint NOT NULL DEFAULT 0,
    external_id text,
    metadata text,
    version bigint NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time}
);
CREATE UNIQUE INDEX products_by_external_id ON products (store_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX products_by_store ON products (store_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_store_and_name ON products (store_id, name) WHERE deleted_at IS NULL;
CREATE INDEX products_by_category ON products (category, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_time ON products (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_name ON products (sort_name, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_price ON products (price_from, id) WHERE deleted_at IS NULL;

-- price is in minor units of the store's currency. A variant is never deleted: orders and the stock ledger refer to it.
-- deleted_at is the product's: it frees the sku and the external id for another product. Such a variant is not active either.
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
    metadata text,
    deleted_at {time}
);
CREATE UNIQUE INDEX variants_by_sku ON variants (store_id, sku) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX variants_by_external_id ON variants (store_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX variants_by_product ON variants (product_id, position);

-- only postgresql
CREATE INDEX products_search ON products USING gin (array_to_tsvector(array_remove(string_to_array(search_text, ' '), '')));
-- end

-- Full-text search on SQLite. products_search gives every product a number that lasts (VACUUM may renumber rowids); triggers keep both in step.
-- only sqlite
CREATE TABLE products_search (number integer PRIMARY KEY, product_id text NOT NULL UNIQUE);
CREATE VIRTUAL TABLE products_words USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0');
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN INSERT INTO products_search (product_id) VALUES (new.id); INSERT INTO products_words (rowid, words) SELECT number, new.search_text FROM products_search WHERE product_id = new.id; END;
CREATE TRIGGER products_search_update AFTER UPDATE OF search_text ON products WHEN new.search_text <> old.search_text BEGIN UPDATE products_words SET words = new.search_text WHERE rowid = (SELECT number FROM products_search WHERE product_id = new.id); END;
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN DELETE FROM products_words WHERE rowid = (SELECT number FROM products_search WHERE product_id = old.id); DELETE FROM products_search WHERE product_id = old.id; END;
-- end
