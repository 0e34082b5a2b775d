-- The normalised email that a link to prove a mailbox was sent to. Links without one (older ones, and those for passwords) prove none.
ALTER TABLE one_time_links ADD COLUMN email_key text;
