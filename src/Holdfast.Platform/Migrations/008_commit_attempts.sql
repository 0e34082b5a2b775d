-- Each transaction that changes something inserts the id of its attempt. Whoever misses the answer to COMMIT inserts the same id with is_void:
-- where the insert stands, the attempt can never commit; where it conflicts, the row that is there tells what became of it.
CREATE TABLE commit_attempts (
    id {uuid} PRIMARY KEY,
    is_void {bool} NOT NULL,
    created_at {time} NOT NULL
);
