-- What the strangers of one address hold while they have not paid online is counted when they order again.
CREATE INDEX orders_unpaid_by_client ON orders (client_hash)
    WHERE client_hash IS NOT NULL AND amount_paid = 0 AND status = 'pending' AND payment_method = 'online';
