-- What names of products are compared by (UnicodeText.Key), so that an import finds a product however its name is written. Null: written by an older release; verify --repair fills it in.
ALTER TABLE products ADD COLUMN name_key text;
CREATE INDEX products_by_name_key ON products (store_id, name_key) WHERE deleted_at IS NULL;
-- then run Holdfast.Catalog.ProductNameKeys
