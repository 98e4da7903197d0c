-- For wrk: asks, and prints a line of JSON for each figure at the end.
--
--     wrk … -s get.lua URL -- KEY
function init(args)
  wrk.headers["Authorization"] = "Bearer " .. args[1]
end

dofile(assert(os.getenv("MAMORI_BENCH")) .. "/report.lua")
