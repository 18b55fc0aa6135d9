// TypeORM on mysql2: synchronize, queries, generated migrations. Prints one JSON line with what it saw.
import 'reflect-metadata'
import typeorm from 'typeorm'
import connection, { flavour } from './my_options.mjs'

const { DataSource, EntitySchema, IsNull } = typeorm
const { user: username, ...rest } = connection
const seen = {}

const person = (more = {}) => new EntitySchema({
  name: 'Person', tableName: 'people',
  columns: {
    id: { type: flavour === 'mariadb' ? 'uuid' : 'varchar', primary: true, generated: 'uuid' },
    name: { type: 'varchar', length: 80, comment: 'as on the door' },
    mood: { type: 'enum', enum: ['sad', 'ok', 'happy'], default: 'ok' },
    tags: { type: 'simple-array' },
    data: { type: 'simple-json', nullable: true },
    born: { type: 'datetime', createDate: true },
    changed: { type: 'datetime', updateDate: true },
    gone: { type: 'datetime', deleteDate: true, nullable: true },
    version: { type: Number, version: true },
    ...more
  },
  relations: { pets: { type: 'one-to-many', target: 'Pet', inverseSide: 'owner', cascade: true } },
  indices: [{ columns: ['name', 'mood'] }],
  uniques: [{ columns: ['name'] }]
})
const pet = new EntitySchema({
  name: 'Pet', tableName: 'pets',
  columns: {
    id: { type: Number, primary: true, generated: 'increment' },
    name: { type: 'varchar', length: 40 },
    legs: { type: 'smallint', default: 4 }
  },
  relations: {
    owner: { type: 'many-to-one', target: 'Person', inverseSide: 'pets', onDelete: 'CASCADE' },
    toys: { type: 'many-to-many', target: 'Toy', joinTable: true, cascade: true }
  }
})
const toy = new EntitySchema({
  name: 'Toy', tableName: 'toys',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' }, name: { type: 'varchar', length: 40, unique: true }
  }
})
const view = new EntitySchema({
  name: 'Owner', type: 'view', tableName: 'owners', columns: { name: { type: String }, pets: { type: Number } },
  expression: 'SELECT p.name, count(*) AS pets FROM people p JOIN pets ON pets.ownerId = p.id GROUP BY p.name'
})
const source = (entities, more = {}) => new DataSource({
  type: flavour, username, ...rest, entities, ...more
})

const first = await source([person(), pet, toy, view]).initialize()
await first.synchronize()
seen.again = (await first.driver.createSchemaBuilder().log()).upQueries.length      // nothing is left to do
const people = first.getRepository('Person')
await people.save([...Array(25).keys()].map(n => ({
  name: `person ${n}`, tags: ['a', `t${n}`], data: { n },
  pets: [{ name: 'cat', toys: [{ name: `ball ${n}` }] }, { name: 'dog', legs: 3 }]
})))
seen.found = (await people.find({
  where: { mood: 'ok' }, relations: { pets: { toys: true } }, take: 5, order: { name: 'ASC' }
})).map(p => p.pets.length + p.pets.flatMap(x => x.toys).length)
const one = await people.findOneByOrFail({ name: 'person 3' })
one.mood = 'happy'
await people.save(one)
seen.version = one.version
await first.getRepository('Toy').upsert({ name: 'ball 4' }, ['name'])
await people.softDelete({ name: 'person 5' })
seen.alive = await people.countBy({ gone: IsNull() })
seen.owners = Number((await first.getRepository('Owner').findOneBy({ name: 'person 7' })).pets)
seen.grouped = (await people.createQueryBuilder('p').leftJoin('p.pets', 'pet')
  .select('pet.name', 'name').addSelect('count(*)', 'n')
  .where('find_in_set(:tag, p.tags)', { tag: 'a' }).groupBy('pet.name').orderBy('name').getRawMany()).map(r => r.n)
seen.locked = await first.transaction('SERIALIZABLE', async manager => {
  const found = await manager.getRepository('Pet').createQueryBuilder('pet')
    .setLock('pessimistic_write').limit(3).getMany()
  await manager.transaction(inner => inner.getRepository('Toy').insert({ name: 'ball 1' })).catch(() => {})
  return found.length
})
try {
  await first.query('SELECT email FROM users.accounts WHERE id = ?', [1])
} catch (e) {
  seen.denied = e.driverError.errno
}
await first.destroy()

// The same entities, a little changed: what TypeORM would generate becomes a migration.
const changed = person({
  nick: { type: 'varchar', length: 20, default: 'x' },
  mood: { type: 'enum', enum: ['sad', 'ok', 'happy', 'odd'], default: 'ok' }
})
const second = await source([changed, pet, toy, view]).initialize()
const { upQueries, downQueries } = await second.driver.createSchemaBuilder().log()
seen.generated = upQueries.length > 0
await second.destroy()
class Generated1700000000000 {
  name = 'Generated1700000000000'
  async up(runner) { for (const q of upQueries) await runner.query(q.query, q.parameters) }
  async down(runner) { for (const q of [...downQueries].reverse()) await runner.query(q.query, q.parameters) }
}
const third = await source([changed, pet, toy, view], { migrations: [Generated1700000000000] }).initialize()
seen.pending = await third.showMigrations()
seen.ran = (await third.runMigrations({ transaction: 'each' })).length
seen.left = (await third.driver.createSchemaBuilder().log()).upQueries.length
await third.undoLastMigration()
await third.runMigrations()
await third.synchronize()
const runner = third.createQueryRunner()
const tables = await runner.getTables(['people', 'pets', 'toys', 'owners', 'nothing'])
seen.tables = tables.map(t => t.name.split('.').pop()).sort()
seen.schema = [await runner.hasTable('people'), await runner.hasColumn('people', 'nick'), await runner.getCurrentDatabase()]
await runner.release()
await third.dropDatabase()
await third.destroy()
console.log(JSON.stringify(seen))
