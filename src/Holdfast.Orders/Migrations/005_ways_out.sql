-- Pieces that leave an order before the buyer has them. cancelled: before they were shipped, while the order went on; undelivered: shipped,
-- and back or lost before the delivery.
-- cancelled_amount, cancelled_points: what of the total, and of the redeemed points, belongs to them.
ALTER TABLE order_lines ADD COLUMN cancelled bigint NOT NULL DEFAULT 0 CHECK (cancelled >= 0 AND cancelled + shipped <= quantity);
ALTER TABLE order_lines ADD COLUMN undelivered bigint NOT NULL DEFAULT 0 CHECK (undelivered >= 0 AND undelivered + returned <= shipped);
ALTER TABLE orders ADD COLUMN cancelled_amount bigint NOT NULL DEFAULT 0 CHECK (cancelled_amount >= 0 AND cancelled_amount <= total);
ALTER TABLE orders ADD COLUMN cancelled_points bigint NOT NULL DEFAULT 0 CHECK (cancelled_points >= 0 AND cancelled_points <= redeemed_points);

-- Providers have one form from now on, and transactions no blanks around them. Of twins the one that has the form already, or else the
-- oldest, gets it; the others stay as they
-- are, and verify names them (payments_are_named_in_one_form): whether they are one payment is for people to say.
UPDATE payment_transactions SET provider = lower(trim(provider)), transaction_id = trim(transaction_id)
WHERE (provider <> lower(trim(provider)) OR transaction_id <> trim(transaction_id)) AND NOT EXISTS (
    SELECT 1 FROM payment_transactions o WHERE o.store_id = payment_transactions.store_id AND lower(trim(o.provider)) = lower(trim(payment_transactions.provider))
    AND trim(o.transaction_id) = trim(payment_transactions.transaction_id) AND o.id <> payment_transactions.id
    AND (o.id < payment_transactions.id OR (o.provider = lower(trim(o.provider)) AND o.transaction_id = trim(o.transaction_id))));
