-- limited: the use counts towards the code's limit per customer. All of a code's do while it has one; of other codes nobody asks by buyer, and the index would cost each order.
ALTER TABLE discount_uses ADD COLUMN limited {bool} NOT NULL DEFAULT false;
UPDATE discount_uses SET limited = true WHERE code_id IN (SELECT id FROM discount_codes WHERE usage_limit_per_customer IS NOT NULL);
DROP INDEX discount_uses_by_buyer;
CREATE INDEX discount_uses_limited ON discount_uses (code_id, buyer) WHERE limited;
