-- Names with commas: the ways to pay that a store offers, or to which a product is restricted. Null: all, or the store's.
ALTER TABLE stores ADD COLUMN payment_methods text;
ALTER TABLE products ADD COLUMN payment_methods text;
