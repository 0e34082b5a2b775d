-- The words of name as .NET folds them (SearchText.cs), which SQL cannot: what customers are found by. Of names from before, as well as SQL can.
ALTER TABLE users ADD COLUMN name_folded text;
UPDATE users SET name_folded = lower(name) WHERE name IS NOT NULL;
