-- A second code, where the store lets them be combined; its amount is a part of discount_amount. shipping_tax: a part of tax_amount.
ALTER TABLE orders ADD COLUMN second_discount_id {uuid};
ALTER TABLE orders ADD COLUMN second_discount_code text;
ALTER TABLE orders ADD COLUMN second_discount_amount bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN shipping_tax bigint NOT NULL DEFAULT 0;

-- How often the buyer has changed it.
ALTER TABLE orders ADD COLUMN edits int NOT NULL DEFAULT 0;
