-- The other side of the ratios: one function that places an order as a careful author of server-side code would. It runs on the very tables and
-- indexes that Holdfast's migrations make, and writes the same rows with values of the same length; benchmarks/Holdfast.Bench/Audit.cs counts them.
-- What makes it slower without need is left out: the ledger's sequence comes from a SEQUENCE, so that the hot row is updated last and
-- locked for the shortest time; the JSON is put together by format(); nothing is looked up twice.

CREATE SEQUENCE ledger_sequence START 2 CACHE 1;
CREATE SEQUENCE number_sequence START 100000000000 CACHE 1;

-- UUID version 7, so that the baseline's indexes grow at their right end, as Holdfast's do.
CREATE FUNCTION uuid_v7(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM moment) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;

CREATE FUNCTION place_order(item int, customer int) RETURNS uuid LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  p_store uuid := '01900000-0000-7000-8000-000000000000';
  p_variant uuid := ('01900000-0000-7000-8001-' || lpad(to_hex(item), 12, '0'))::uuid;
  p_name text := 'Customer ' || lpad(customer::text, 5, '0');
  p_email text := 'customer' || lpad(customer::text, 5, '0') || '@example.com';
  p_address text := '{"name":"' || p_name || '","line1":"12 Example Street","city":"Exampleton","postalCode":"10000","country":"VN"}';
  p_phone text := '+84900000000';
  p_quantity bigint := 1;
  p_key uuid := gen_random_uuid();
  v_now timestamptz := clock_timestamp();
  v_order uuid := uuid_v7(v_now);
  v_expires timestamptz := v_now + interval '15 minutes';
  v_number text := nextval('number_sequence')::text;
  v_buyer uuid;
  v_earlier uuid;
  v_day text;
  v_created text;
  v_until text;
  v_data bytea;
  r record;
BEGIN
  INSERT INTO idempotency_keys (key, fingerprint, status, location, response, event_subject, event_sequence, created_at)
    VALUES (p_key, uuid_send(p_key) || uuid_send(p_key), 201, NULL, NULL, v_order, 1, v_now) ON CONFLICT (key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT event_subject INTO v_earlier FROM idempotency_keys WHERE key = p_key;
    RETURN v_earlier;
  END IF;

  SELECT id INTO v_buyer FROM users WHERE email_key = p_email AND role = 'guest';
  IF NOT FOUND THEN
    v_buyer := uuid_v7(v_now);
    INSERT INTO users (id, role, email, email_key, name, name_folded, active, created_at, updated_at)
      VALUES (v_buyer, 'guest', p_email, p_email, p_name, lower(p_name), true, v_now, v_now) ON CONFLICT DO NOTHING;
    SELECT id INTO v_buyer FROM users WHERE email_key = p_email AND role = 'guest';
  END IF;

  SELECT v.product_id, p.name, v.sku, v.price, s.currency, s.time_zone INTO r
    FROM variants v JOIN products p ON p.id = v.product_id JOIN stores s ON s.id = v.store_id
    WHERE v.id = p_variant AND v.store_id = p_store AND v.active AND p.deleted_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unknown variant %', p_variant;
  END IF;

  v_number := left(v_number, 4) || '-' || substr(v_number, 5, 4) || '-' || substr(v_number, 9, 4);
  v_day := to_char(v_now AT TIME ZONE r.time_zone, 'YYYY-MM-DD');
  v_created := to_char(v_now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  v_until := to_char(v_expires AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  v_data := convert_to(format('{"id":"%s","number":"%s","storeId":"%s","customerId":"%s","status":"pending","paymentStatus":"unpaid",'
    '"paymentMethod":"online","lines":[{"variantId":"%s","productId":"%s","productName":"%s","sku":"%s","unitPrice":%s,"quantity":%s,"lineTotal":%s}],'
    '"subtotal":%s,"discountCode":null,"discountAmount":0,"redeemedPoints":0,"pointsDiscountPrice":0,"shippingFee":0,"taxAmount":0,"taxIncluded":false,"total":%s,"currency":"%s",'
    '"amountPaid":0,"amountRefunded":0,"refundDue":0,"customer":{"email":"%s","name":"%s"},"deliveryAddress":%s,"contactPhone":"%s",'
    '"expirationTime":"%s","session":{"expiresAt":"%s","durationMinutes":15},"localDate":"%s","createdAt":"%s","updatedAt":"%s","version":1}',
    v_order, v_number, p_store, v_buyer, p_variant, r.product_id, r.name, r.sku, r.price, p_quantity, r.price * p_quantity,
    r.price * p_quantity, r.price * p_quantity, r.currency, p_email, p_name, p_address, p_phone,
    v_until, v_until, v_day, v_created, v_created), 'UTF8');

  INSERT INTO orders (id, number, store_id, customer_id, is_guest, customer_email, customer_name, status, payment_status, payment_method, currency,
      subtotal, total, amount_paid, amount_refunded, refund_due, delivery_address, contact_phone, duration_seconds, expires_at, local_date,
      created_at, updated_at, hidden, version, event_sequence, quantity)
    VALUES (v_order, v_number, p_store, v_buyer, true, p_email, p_name, 'pending', 'unpaid', 'online', r.currency,
      r.price * p_quantity, r.price * p_quantity, 0, 0, 0, p_address, p_phone, 900, v_expires, v_day, v_now, v_now, false, 1, 1, p_quantity);
  INSERT INTO order_lines (order_id, position, variant_id, product_id, product_name, sku, unit_price, quantity, shipped, returned, limited)
    VALUES (v_order, 0, p_variant, r.product_id, r.name, r.sku, r.price, p_quantity, 0, 0, false);
  INSERT INTO stock_movements (variant_id, location_id, sequence, store_id, on_hand_delta, reserved_delta, reason, reference_id, created_at)
    VALUES (p_variant, p_store, nextval('ledger_sequence'), p_store, 0, p_quantity, 'order_placed', v_order, v_now);
  INSERT INTO events (subject, sequence, type, store_id, occurred_at, actor, previous, data)
    VALUES (v_order, 1, 'order.created', p_store, v_now, 'guest', NULL, v_data);
  INSERT INTO outbox (subject, sequence) VALUES (v_order, 1);

  UPDATE stock SET reserved = reserved + p_quantity, movements = movements + 1
    WHERE variant_id = p_variant AND location_id = p_store AND on_hand - reserved >= p_quantity;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'insufficient stock of %', p_variant;
  END IF;

  RETURN v_order;
END $$;
