// postgres.js through ringfence: it pipelines everything. Prints one JSON line with what it saw.
import postgres from 'postgres'
import options from './options.mjs'

const sql = postgres({ ...options, max: 1 })
const seen = {}

seen.simple = (await sql`SELECT count(*)::int AS n FROM orders`)[0].n
seen.pipelined = (await Promise.all([...Array(50).keys()].map(i => sql`SELECT ${i}::int AS i`))).map(r => r[0].i).reduce((a, b) => a + b)
seen.mixed = (await Promise.allSettled([
  sql`SELECT 1 AS ok`,
  sql`SELECT * FROM users.accounts`,
  sql`SELECT 2 AS ok`
])).map(r => r.status === 'fulfilled' ? r.value[0].ok : r.reason.code)
try {
  await sql.begin(async sql => {
    await sql`INSERT INTO orders (user_id) VALUES (8)`
    await sql`DELETE FROM users.accounts`
  })
} catch (e) {
  seen.denied = { code: e.code, message: e.message, detail: e.detail, hint: e.hint }
}
let rows = 0
await sql`SELECT id FROM orders ORDER BY id`.cursor(500, part => { rows += part.length })
seen.cursor = rows
const copied = []
const out = await sql`COPY (SELECT id FROM orders ORDER BY id LIMIT 3) TO STDOUT`.readable()
for await (const part of out) copied.push(part.toString())
seen.copy = copied.join('')
await sql.end()
console.log(JSON.stringify(seen))
