-- Where merchants want to be told. types: JSON array of event types and families (order.*); empty: all. secret: encrypted where is_sealed.
-- failing_since: of the first failure after the last success. paused_at: nothing is sent until somebody resumes it.
CREATE TABLE webhook_endpoints (
    id {uuid} PRIMARY KEY,
    store_id {uuid} NOT NULL,
    url text NOT NULL,
    description text,
    types text NOT NULL,
    secret {bytes} NOT NULL,
    is_sealed {bool} NOT NULL,
    failing_since {time},
    paused_at {time},
    created_at {time} NOT NULL
);
CREATE INDEX webhook_endpoints_by_store ON webhook_endpoints (store_id, id);

-- One event for one endpoint. status: pending, delivered, failed (given up). attempts: since it was last asked for.
CREATE TABLE webhook_deliveries (
    id {uuid} PRIMARY KEY,
    endpoint_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    subject {uuid} NOT NULL,
    sequence int NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    attempts int NOT NULL,
    next_attempt_at {time} NOT NULL,
    created_at {time} NOT NULL
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (endpoint_id, subject, sequence);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);

-- What came of each try. http_status: null where there was no answer; then error says why. No bodies.
CREATE TABLE webhook_attempts (
    id {uuid} PRIMARY KEY,
    delivery_id {uuid} NOT NULL,
    endpoint_id {uuid} NOT NULL,
    store_id {uuid} NOT NULL,
    http_status int,
    error text,
    duration_ms int NOT NULL,
    created_at {time} NOT NULL
);
CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts (delivery_id, id);
CREATE INDEX webhook_attempts_by_endpoint ON webhook_attempts (endpoint_id);
