// mysql2: text and binary protocol, streams, pools, multi-statements. Prints one JSON line with what it saw.
import { Readable } from 'node:stream'
import mysql from 'mysql2/promise'
import options from './my_options.mjs'

const seen = {}
const c = await mysql.createConnection({ ...options, multipleStatements: true, supportBigNumbers: true, timezone: 'Z' })
seen.text = (await c.query('SELECT count(*) AS n FROM orders'))[0][0].n
seen.interpolated = (await c.query('SELECT id FROM orders WHERE id IN (?) AND status = ?', [[1, 2, 6], 'paid']))[0].length
for (let i = 1; i <= 3; i++)
  seen.prepared = Number((await c.execute('SELECT ? * 2 AS twice, status FROM orders WHERE id = ?', [i, i]))[0][0].twice)
const values = [1, 'x\'"\\', null, new Date('2026-01-02T03:04:05Z'), Buffer.from([0, 255]), 1.5]
seen.values = Object.values((await c.execute('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f', values))[0][0]).length
const statement = await c.prepare('SELECT id, placed_at FROM orders WHERE id > ? ORDER BY id LIMIT 10')
seen.rows = (await statement.execute([5]))[0].map(r => r.id)
await statement.close()
c.unprepare('SELECT ? * 2 AS twice, status FROM orders WHERE id = ?')
await c.beginTransaction()
const [inserted] = await c.execute('INSERT INTO orders (user_id, status) VALUES (?, ?)', [7, 'paid'])
seen.inserted = [inserted.affectedRows, inserted.insertId > 3000, inserted.warningStatus]
await c.query('INSERT INTO orders (user_id, status) VALUES ?', [[[8, 'paid'], [9, 'placed']]])
await c.rollback()
seen.many = (await c.query('SELECT 1 AS a; SET @x = 3; SELECT @x AS b'))[0].map(r => r.length ?? 'ok')
try {
  await c.query('SELECT * FROM nothing_here')
} catch (e) {
  seen.missing = [e.errno, e.sqlState, e.code]
}
try {
  await c.execute('SELECT email FROM users.accounts WHERE id = ?', [1])
  seen.denied = null
} catch (e) {
  seen.denied = { errno: e.errno, state: e.sqlState, code: e.code, message: e.message }
}
try {
  await c.query('SELECT 1; DELETE FROM users.accounts')
  seen.mixed = null
} catch (e) {
  seen.mixed = e.errno
}
await c.ping()
await c.changeUser({ database: options.database })
await c.query(`USE ${options.database}`)
seen.after = (await c.query('SELECT 1 AS one, database() AS d'))[0][0]
let streamed = 0
for await (const row of c.connection.query('SELECT id FROM orders ORDER BY id').stream()) streamed += row.id ? 1 : 0
seen.streamed = streamed
await c.query('CREATE TEMPORARY TABLE loaded (a int, b varchar(20))')
const file = () => Readable.from([Buffer.from('1,one\n2,two\n')])
seen.loaded = (await c.query({
  sql: "LOAD DATA LOCAL INFILE 'stream' INTO TABLE loaded FIELDS TERMINATED BY ','", infileStreamFactory: file
}))[0].affectedRows
seen.info = (await c.query('UPDATE loaded SET b = ?', ['x']))[0].info
await c.reset?.()
await c.end()

const pool = mysql.createPool({ ...options, connectionLimit: 4, compress: true })
const each = [...Array(40).keys()]
seen.pool = (await Promise.all(each.map(i => pool.execute('SELECT ? + 0 AS i', [i])))).reduce((a, [r]) => a + Number(r[0].i), 0)
await pool.end()
console.log(JSON.stringify(seen))
