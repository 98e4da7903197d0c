-- What wrk measured, as other programs here print it: {"name","value"}, times in microseconds.
function done(summary, latency)
  local function tell(name, value)
    print(string.format('{"name":"%s","value":%.3f}', name, value))
  end
  local errors = summary.errors
  tell("requests", summary.requests)
  tell("rate", summary.requests / (summary.duration / 1e6))
  tell("p50_us", latency:percentile(50))
  tell("p99_us", latency:percentile(99))
  tell("errors", errors.connect + errors.read + errors.write + errors.status + errors.timeout)
end
