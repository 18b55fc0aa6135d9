// MariaDB's connector: pipelining, batches (bulk where the server has it), streams. Prints one JSON line with what it saw.
import mariadb from 'mariadb'
import options, { flavour } from './my_options.mjs'

const seen = {}
const all = {
  ...options, multipleStatements: true, bigIntAsNumber: true, insertIdAsNumber: true, permitLocalInfile: true,
  allowPublicKeyRetrieval: true, bulk: true, checkNumberRange: true
}
const c = await mariadb.createConnection(all)
seen.text = (await c.query('SELECT count(*) AS n FROM orders'))[0].n
seen.placed = (await c.query('SELECT id FROM orders WHERE id IN (?, ?, ?) AND status = ?', [1, 2, 6, 'paid'])).length
for (let i = 1; i <= 3; i++)
  seen.prepared = Number((await c.execute('SELECT ? * 2 AS twice, status FROM orders WHERE id = ?', [i, i]))[0].twice)
seen.pipelined = (await Promise.all([...Array(50).keys()].map(i => c.query('SELECT ? + 0 AS i', [i]))))
  .reduce((a, r) => a + Number(r[0].i), 0)
const statement = await c.prepare('SELECT id, placed_at FROM orders WHERE id > ? ORDER BY id LIMIT 10')
seen.rows = (await statement.execute([5])).map(r => r.id)
statement.close()
await c.query('CREATE TEMPORARY TABLE items (id int AUTO_INCREMENT PRIMARY KEY, a varchar(40), n int, d datetime)')
seen.batch = (await c.batch('INSERT INTO items (a, n, d) VALUES (?, ?, ?)',
  [...Array(2000).keys()].map(n => [n % 7 ? `name ${n}` : null, n, new Date(0)]))).affectedRows
seen.sum = Number((await c.query('SELECT sum(n) AS s FROM items'))[0].s)
seen.nulls = (await c.query('SELECT count(*) AS n FROM items WHERE a IS NULL'))[0].n
await c.beginTransaction()
await c.batch('UPDATE orders SET status = ? WHERE id = ?', [['paid', 2], ['returned', 3]])
await c.rollback()
seen.many = (await c.query('SELECT 1 AS a; SET @x = 3; SELECT @x AS b')).map(r => r.length ?? 'ok')
const settled = await Promise.allSettled([
  c.query('SELECT 1 AS ok'), c.query('SELECT * FROM users.accounts'), c.query('SELECT 2 AS ok'),
  c.batch('INSERT INTO users.accounts (email) VALUES (?)', [['a'], ['b']]), c.query('SELECT 3 AS ok')])
seen.mixed = settled.map(r => r.status === 'fulfilled' ? r.value[0].ok : r.reason.errno)
seen.denied = settled[1].reason && {
  errno: settled[1].reason.errno, state: settled[1].reason.sqlState, message: settled[1].reason.sqlMessage
}
let streamed = 0
for await (const row of c.queryStream('SELECT id FROM orders ORDER BY id')) streamed += row.id ? 1 : 0
seen.streamed = streamed
await c.ping()
await c.reset()
if (flavour === 'mariadb')       // it declines for MySQL
  await c.changeUser({ user: options.user, password: options.password, database: options.database })
seen.after = (await c.query('SELECT 1 AS one, database() AS d'))[0]
await c.end()

const pool = mariadb.createPool({ ...all, connectionLimit: 4, compress: true })
const each = [...Array(40).keys()]
seen.pool = (await Promise.all(each.map(i => pool.query('SELECT ? + 0 AS i', [i])))).reduce((a, r) => a + Number(r[0].i), 0)
await pool.end()
console.log(JSON.stringify(seen))
