-- address: the client's. It goes after 180 days, and with the account.
ALTER TABLE audit_log ADD COLUMN address text;
CREATE INDEX audit_log_addresses ON audit_log (occurred_at) WHERE address IS NOT NULL;
