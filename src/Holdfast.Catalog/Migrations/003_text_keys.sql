-- What SKUs and categories are compared by (UnicodeText.Key): one for all ways to write them. Null: written by an older release; verify --repair fills it in.
ALTER TABLE variants ADD COLUMN sku_key text;
ALTER TABLE products ADD COLUMN category_key text;
CREATE UNIQUE INDEX variants_by_sku_key ON variants (store_id, sku_key) WHERE deleted_at IS NULL;
CREATE INDEX products_by_category_key ON products (category_key, created_at, id) WHERE deleted_at IS NULL;
-- then run Holdfast.Catalog.CatalogTextKeys
