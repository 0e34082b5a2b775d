-- What a commit has made stale in Redis: written with the change where Redis is used, deleted when Redis has taken it. A row that stays longer
-- belongs to a process that died or cannot reach Redis; others do it. names: keys and tags, one a line.
CREATE TABLE cache_invalidations (
    id {uuid} PRIMARY KEY,
    names text NOT NULL,
    created_at {time} NOT NULL
);
