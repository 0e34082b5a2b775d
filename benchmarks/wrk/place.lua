-- Orders of one piece of one item, each with an idempotency key of its own:  wrk -s place.lua URL -- RUN ITEMS FIRST
-- RUN: makes the keys of this run different from those of any other. ITEMS: how many items are ordered, evenly. FIRST: the number of the first.
-- The ids of the store and of its items, and the customers' emails, are those that benchmarks/Holdfast.Bench/Shop.cs writes.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  prefix = args[1] .. "-" .. number .. "-"
  items = tonumber(args[2])
  first = tonumber(args[3])
  counter = 0
  math.randomseed(os.time() * 31 + number)
  headers = { ["Content-Type"] = "application/json" }
end

local body = '{"storeId":"01900000-0000-7000-8000-000000000000",' ..
  '"lines":[{"variantId":"01900000-0000-7000-8001-%012x","quantity":1}],' ..
  '"deliveryAddress":{"name":"Customer %05d","line1":"12 Example Street","city":"Exampleton","postalCode":"10000","country":"VN"},' ..
  '"contactPhone":"+84900000000","customer":{"email":"customer%05d@example.com","name":"Customer %05d"},"paymentMethod":"online"}'

function request()
  counter = counter + 1
  headers["Idempotency-Key"] = prefix .. counter
  local item = first + (items > 1 and math.random(0, items - 1) or 0)
  local customer = math.random(0, 9999)
  return wrk.format("POST", nil, headers, string.format(body, item, customer, customer, customer))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("answers=%d microseconds=%d refused=%d broken=%d p50=%d p99=%d\n", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50), latency:percentile(99)))
end
