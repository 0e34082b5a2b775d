-- The variants of which staff should order more, fed by the low-stock consumer: low, sold out, or short. What there is of them is in stock.
CREATE TABLE stock_alerts (
    variant_id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL,
    since {time} NOT NULL
);
CREATE INDEX stock_alerts_by_store ON stock_alerts (store_id, since, variant_id);
INSERT INTO stock_alerts (variant_id, store_id, since)
SELECT s.variant_id, s.store_id, COALESCE((SELECT MAX(e.occurred_at) FROM events e WHERE e.subject = s.variant_id), p.created_at)
FROM stock s JOIN variants v ON v.id = s.variant_id JOIN products p ON p.id = v.product_id
WHERE s.location_id = s.store_id AND ((s.on_hand <= s.reserved AND s.event_sequence > 0) OR (s.low_stock_threshold IS NOT NULL AND s.on_hand - s.reserved <= s.low_stock_threshold));
