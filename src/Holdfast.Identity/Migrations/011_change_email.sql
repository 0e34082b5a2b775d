-- The email, as it was typed, that a mailed link is to make the account's.
ALTER TABLE one_time_links ADD COLUMN email text;
