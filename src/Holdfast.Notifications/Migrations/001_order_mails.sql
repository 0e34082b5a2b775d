-- What a message about an event says is written when it is sent: it has no text, and about_* name the event. channel: mail, sms.
ALTER TABLE mails ADD COLUMN channel text NOT NULL DEFAULT 'mail';
ALTER TABLE mails ADD COLUMN about_subject {uuid};
ALTER TABLE mails ADD COLUMN about_sequence int;

-- Of one subject the earlier message goes out before the later.
CREATE INDEX mails_open_by_subject ON mails (about_subject, about_sequence) WHERE sent_at IS NULL AND about_subject IS NOT NULL;
