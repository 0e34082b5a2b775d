-- The words of name as .NET folds them (SearchText.cs), which SQL cannot: what customers are found by. Rows from before, and those that an older binary still
-- writes, have none; they are found by lower(name) until FoldNames has come by. users_unfolded holds just those.
ALTER TABLE users ADD COLUMN name_folded text;
CREATE INDEX users_unfolded ON users (id) WHERE (name IS NULL) <> (name_folded IS NULL);
