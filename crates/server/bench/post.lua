-- For wrk: posts a file's bytes, and prints a line of JSON for each figure at the end.
--
--     wrk … -s post.lua URL -- BODY-FILE CONTENT-TYPE KEY
function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  file:close()
  wrk.headers["Content-Type"] = args[2]
  wrk.headers["Authorization"] = "Bearer " .. args[3]
end

dofile(assert(os.getenv("MAMORI_BENCH")) .. "/report.lua")
