// node-postgres through ringfence: prints one JSON line with what it saw.
import pg from 'pg'
import options from './options.mjs'

const seen = {}

const client = new pg.Client(options)
const notices = []
client.on('notice', n => notices.push(n.message))
await client.connect()
seen.simple = (await client.query('SELECT count(*)::int AS n FROM orders')).rows[0].n
seen.extended = (await client.query('SELECT id, status FROM orders WHERE id = ANY($1) ORDER BY id', [[1, 2]])).rows.length
for (let i = 1; i <= 3; i++)
  seen.prepared = (await client.query({ name: 'one', text: 'SELECT $1::int * 2 AS twice', values: [i] })).rows[0].twice
await client.query('BEGIN')
await client.query("INSERT INTO orders (user_id) VALUES ($1)", [7])
await client.query('ROLLBACK')
seen.many = (await client.query('SELECT 1 AS a; SELECT 2 AS b')).map(r => r.rows.length)
await client.query('LISTEN shop_events')
const heard = new Promise(resolve => client.on('notification', n => resolve(n.payload)))
await client.query("NOTIFY shop_events, 'hello'")
seen.heard = await heard
try {
  await client.query('SELECT email FROM users.accounts WHERE id = $1', [1])
  seen.denied = null
} catch (e) {
  seen.denied = { code: e.code, message: e.message, detail: e.detail, hint: e.hint, schema: e.schema, table: e.table }
}
seen.after = (await client.query('SELECT 1 AS one')).rows[0].one
await client.end()

const pool = new pg.Pool({ ...options, max: 4 })
seen.pool = (await Promise.all([...Array(40).keys()].map(i => pool.query('SELECT $1::int AS i', [i])))).map(r => r.rows[0].i).reduce((a, b) => a + b)
await pool.end()
console.log(JSON.stringify(seen))
