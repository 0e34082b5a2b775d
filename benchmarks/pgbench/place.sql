\set item random(0, :items - 1)
\set customer random(0, 9999)
SELECT place_order(:item, :customer);
