-- buyer_keys: under what the order counts against purchase limits and codes, with blanks between; only where one of them is. mailbox_proved: a link
-- that was mailed about it was used. client_hash: of the address it was placed from, where mails to strangers are limited.
ALTER TABLE orders ADD COLUMN buyer_keys text;
ALTER TABLE orders ADD COLUMN mailbox_proved {bool} NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN client_hash bigint;

-- Pieces that an order holds although nobody has paid and nobody of the shop vouches for it: of strangers, by cash on delivery or bank transfer.
-- expires_at: when the order expires; null where its buyer has confirmed it.
CREATE TABLE unpaid_holds (
    order_id {uuid} NOT NULL,
    variant_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    email_hash bigint NOT NULL,
    phone_hash bigint,
    expires_at {time},
    created_at {time} NOT NULL,
    PRIMARY KEY (order_id, variant_id)
);
CREATE INDEX unpaid_holds_by_variant ON unpaid_holds (variant_id);
CREATE INDEX unpaid_holds_by_store ON unpaid_holds (store_id, created_at, order_id);

-- Accounts were counted by their email, with whatever guests had ordered with it; from now on by their id.
UPDATE orders SET buyer_keys = CASE WHEN is_guest THEN lower(trim(customer_email)) ELSE 'account:' || CAST(customer_id AS text) END
    WHERE discount_id IS NOT NULL OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.limited);
DELETE FROM purchase_counts;
INSERT INTO purchase_counts (variant_id, buyer, quantity) SELECT l.variant_id, o.buyer_keys, SUM(l.quantity) FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.limited AND o.status NOT IN ('cancelled', 'expired') GROUP BY l.variant_id, o.buyer_keys;
UPDATE discount_uses SET buyer = (SELECT o.buyer_keys FROM orders o WHERE o.id = discount_uses.order_id)
    WHERE buyer NOT LIKE 'order:%' AND EXISTS (SELECT 1 FROM orders o WHERE o.id = discount_uses.order_id AND o.buyer_keys IS NOT NULL);
