-- phone: by which a guest is known besides the mailbox. A use counts under both; uses from before are counted under the mailbox alone.
ALTER TABLE discount_uses ADD COLUMN phone text;
CREATE INDEX discount_uses_limited_by_phone ON discount_uses (code_id, phone) WHERE limited AND phone IS NOT NULL;
