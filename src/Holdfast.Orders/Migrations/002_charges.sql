-- What a total is made of besides the goods. discount and tax of a line are its shares; tax_included: the tax is in the prices.
ALTER TABLE orders ADD COLUMN discount_id {uuid};
ALTER TABLE orders ADD COLUMN discount_code text;
ALTER TABLE orders ADD COLUMN discount_amount bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN shipping_fee bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_amount bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_included {bool} NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN redeemed_points bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN points_discount bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN earned_points bigint NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN discount bigint NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN tax bigint NOT NULL DEFAULT 0;

-- By what a buyer is known again, where there are limits on unpaid orders; else null, and in no index. quantity: the pieces of all lines.
ALTER TABLE orders ADD COLUMN email_hash bigint;
ALTER TABLE orders ADD COLUMN phone_hash bigint;
ALTER TABLE orders ADD COLUMN address_hash bigint;
ALTER TABLE orders ADD COLUMN quantity bigint NOT NULL DEFAULT 0;
CREATE INDEX orders_unpaid_by_email ON orders (email_hash) WHERE email_hash IS NOT NULL AND amount_paid = 0 AND total > 0 AND status IN ('pending', 'confirmed');
CREATE INDEX orders_unpaid_by_phone ON orders (phone_hash) WHERE phone_hash IS NOT NULL AND amount_paid = 0 AND total > 0 AND status IN ('pending', 'confirmed');
CREATE INDEX orders_unpaid_by_address ON orders (address_hash) WHERE address_hash IS NOT NULL AND amount_paid = 0 AND total > 0 AND status IN ('pending', 'confirmed');
