-- behind_since: the broker that feeds this consumer had lost what it kept for it, and the consumer has not caught up since.
ALTER TABLE lanes ADD COLUMN behind_since {time};
