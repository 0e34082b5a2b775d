-- Who did what: sign-ins, passwords, keys, and what staff, services and admins changed. Append-only.
CREATE TABLE audit_log (
    id {uuid} PRIMARY KEY,
    occurred_at {time} NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    resource text,
    store_id {uuid}
);
CREATE INDEX audit_log_by_time ON audit_log (occurred_at, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor, occurred_at, id);
