-- Guests with more orders than join an account in one transaction: the rest follows slice by slice.
CREATE TABLE joining_guests (
    guest_id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL,
    actor text NOT NULL,
    next_at {time} NOT NULL,
    begun_at {time} NOT NULL
);
CREATE INDEX joining_guests_by_time ON joining_guests (next_at);
CREATE INDEX joining_guests_by_account ON joining_guests (user_id);
