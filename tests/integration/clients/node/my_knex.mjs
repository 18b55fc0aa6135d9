// Knex on mysql2: schema builder, migrations, queries. Prints one JSON line with what it saw.
import knex from 'knex'
import connection from './my_options.mjs'

const steps = {
  '1_first': {
    up: async k => {
      await k.schema.createTable('authors', t => {
        t.increments('id')
        t.string('name', 80).notNullable().unique().comment('as printed')
        t.enu('kind', ['poet', 'novelist']).defaultTo('poet')
        t.json('data')
        t.timestamps(true, true)
      })
      await k.schema.createTable('books', t => {
        t.uuid('id').primary()
        t.integer('author_id').unsigned().references('authors.id').onDelete('CASCADE').index()
        t.string('title', 100).notNullable()
        t.decimal('price', 8, 2)
        t.date('printed')
        t.engine('InnoDB')
        t.charset('utf8mb4')
      })
    },
    down: k => k.schema.dropTable('books').dropTable('authors')
  },
  '2_second': {
    up: async k => {
      await k.schema.alterTable('books', t => {
        t.renameColumn('printed', 'published')
        t.bigInteger('sold').notNullable().defaultTo(0)
        t.string('title', 200).notNullable().alter()
        t.unique(['author_id', 'title'])
      })
      await k.schema.createView('expensive', v => v.as(k('books').where('price', '>', 50).select('title', 'price')))
      await k.schema.renameTable('authors', 'writers')
    },
    down: async k => {
      await k.schema.renameTable('writers', 'authors')
      await k.schema.dropView('expensive')
      await k.schema.alterTable('books', t => {
        t.dropForeign('author_id')
        t.dropUnique(['author_id', 'title'])
        t.foreign('author_id').references('authors.id').onDelete('CASCADE')
        t.dropColumn('sold')
        t.renameColumn('published', 'printed')
      })
    }
  }
}
const migrations = {
  migrationSource: {
    getMigrations: async () => Object.keys(steps), getMigrationName: n => n, getMigration: async n => steps[n]
  }
}
const k = knex({ client: 'mysql2', connection, pool: { min: 1, max: 4 }, migrations })
const seen = {}

seen.up = (await k.migrate.latest())[1]
seen.status = await k.migrate.status()
seen.version = await k.migrate.currentVersion()
seen.rolledBack = (await k.migrate.rollback())[1].length
seen.again = (await k.migrate.up())[1]
await k.migrate.latest()
seen.pending = (await k.migrate.list())[1].length
seen.has = [await k.schema.hasTable('writers'), await k.schema.hasTable('authors'),
  await k.schema.hasColumn('books', 'sold')]
seen.columns = Object.keys(await k('books').columnInfo()).sort()

const [first] = await k('writers').insert([...Array(30).keys()].map(n => ({ name: `writer ${n}`, data: JSON.stringify({ n }) })))
const books = [...Array(30).keys()].flatMap(w => [1, 2, 3].map(n => (
  { id: k.raw('uuid()'), author_id: first + w, title: `book ${n}`, price: n * (w + 1) })))
await k.batchInsert('books', books, 20)
seen.joined = (await k('books').join('writers', 'writers.id', 'books.author_id')
  .where('writers.name', 'writer 7').pluck('title')).sort()
seen.sum = Number((await k('books').sum('price as s').first()).s)
seen.expensive = Number((await k('expensive').count('* as n'))[0].n)
seen.cte = (await k.with('big', k('books').where('price', '>', 80)).from('big').select('*')).length
seen.json = (await k('writers').whereJsonPath('data', '$.n', '>', 20)).length
await k('writers').insert({ name: 'writer 3', kind: 'novelist' }).onConflict('name').merge()
seen.merged = (await k('writers').where('name', 'writer 3').first()).kind
seen.rank = (await k('books').select('title')
  .rowNumber('nr', qb => qb.partitionBy('author_id').orderBy('price', 'desc'))).length
seen.qualified = (await k.withSchema(connection.database).from('writers').limit(5)).length
seen.transaction = await k.transaction(async trx => {
  await trx('books').where({ title: 'book 1' }).forUpdate().skipLocked().limit(2)
  await trx.transaction(async inner => { await inner('books').del(); throw new Error('undo') }).catch(() => {})
  await trx('books').where('title', 'book 2').increment('sold', 5)
  return Number((await trx('books').where('sold', 5).count('* as n'))[0].n)
}, { isolationLevel: 'repeatable read' })
let streamed = 0
for await (const row of k('books').select('id').stream()) streamed += row.id ? 1 : 0
seen.streamed = streamed
try {
  await k('accounts').withSchema('users').first()
} catch (e) {
  seen.denied = e.errno
}
await k('books').truncate()
await k.migrate.rollback(undefined, true)
seen.left = (await k('information_schema.tables').where('TABLE_SCHEMA', connection.database).pluck('TABLE_NAME')).sort()
await k.destroy()
console.log(JSON.stringify(seen))
