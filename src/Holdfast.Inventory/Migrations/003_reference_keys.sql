-- What references of receipts are compared by (UnicodeText.Key): a delivery counts once, however its note is typed. Null: of other movements, and of older releases.
ALTER TABLE stock_movements ADD COLUMN reference_key text;
CREATE UNIQUE INDEX stock_movements_receipt_keys ON stock_movements (variant_id, reference_key) WHERE reason = 'receipt';
-- then run Holdfast.Inventory.ReferenceKeys
