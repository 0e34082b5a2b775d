-- Whose mailbox a mail with words of its own goes to: a closed account takes its mails along. Null for what is told about orders.
ALTER TABLE mails ADD COLUMN user_id {uuid};
CREATE INDEX mails_by_user ON mails (user_id) WHERE user_id IS NOT NULL;
