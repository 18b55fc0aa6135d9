// Where to connect, as node-postgres wants it, from libpq's environment.
import fs from 'node:fs'

const { PGHOST, PGHOSTADDR, PGPORT, PGUSER, PGPASSWORD, PGSSLROOTCERT } = process.env
const ssl = PGSSLROOTCERT ? { ca: fs.readFileSync(PGSSLROOTCERT), servername: 'localhost' } : false
export default {
  host: PGHOSTADDR ?? PGHOST, port: Number(PGPORT), user: PGUSER, password: PGPASSWORD, database: 'shop', ssl
}
