-- The same GET again and again; no Lua runs per request:  wrk -s read.lua -H 'Authorization: Bearer ...' URL

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("answers=%d microseconds=%d refused=%d broken=%d p50=%d p99=%d\n", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50), latency:percentile(99)))
end
