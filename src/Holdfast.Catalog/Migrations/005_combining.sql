-- Whether an order may use two discount codes. The JSON of tax has a member more: "shipping", the rate of what delivery costs, or null.
ALTER TABLE stores ADD COLUMN combines_discounts {bool} NOT NULL DEFAULT false;
