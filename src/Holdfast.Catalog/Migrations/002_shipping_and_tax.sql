-- JSON as it is served: shipping_rates [{"from", "fee"}], tax {"included", "rate", "categories"}; null where a store has none.
ALTER TABLE stores ADD COLUMN shipping_rates text;
ALTER TABLE stores ADD COLUMN tax text;
