-- A balance changes with every order that earns or redeems: with room on its page a change touches no index.
-- only postgresql
ALTER TABLE points_accounts SET (fillfactor = 50);
-- end
