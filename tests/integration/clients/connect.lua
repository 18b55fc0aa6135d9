-- sysbench: a connection for each query.
function thread_init()
   drv = sysbench.sql.driver()
end

function event()
   local con = drv:connect()
   con:query("SELECT c FROM sbtest1 WHERE id = " .. sysbench.rand.default(1, 1000))
   con:disconnect()
end
