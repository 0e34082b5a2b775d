-- given_up_at: nobody tries it any more; it lies in the dead letters, under the same id, until somebody has it sent again.
ALTER TABLE mails ADD COLUMN given_up_at {time};
UPDATE mails SET given_up_at = next_attempt_at WHERE sent_at IS NULL AND attempts >= 16;
CREATE INDEX mails_waiting ON mails (next_attempt_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
DROP INDEX mails_due;
