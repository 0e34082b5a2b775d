-- Points are redeemed in the commit that inserts their order, once for that. What may be told twice needs the index.
DROP INDEX points_movements_once;
CREATE UNIQUE INDEX points_movements_once ON points_movements (order_id, reason) WHERE reason IN ('late_payment', 'cancelled', 'expired', 'earned');
