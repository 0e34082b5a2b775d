-- orders.quantity says what an order still asks for: the pieces of lines that were cancelled do not count against its buyer any more.
UPDATE orders SET quantity = (SELECT SUM(l.quantity - l.cancelled - l.undelivered) FROM order_lines l WHERE l.order_id = orders.id)
WHERE email_hash IS NOT NULL AND amount_paid = 0 AND status IN ('pending', 'confirmed')
    AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.cancelled + l.undelivered > 0);
