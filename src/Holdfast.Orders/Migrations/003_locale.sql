-- The language in which the buyer is told about the order: vi or en. Orders that are still on their way are told in that of their currency.
ALTER TABLE orders ADD COLUMN locale text NOT NULL DEFAULT 'en';
UPDATE orders SET locale = 'vi' WHERE currency = 'VND' AND status IN ('pending', 'confirmed', 'partially_shipped', 'shipped');
