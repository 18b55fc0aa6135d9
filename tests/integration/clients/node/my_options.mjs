// Where to connect, from the environment, as mysql2 and mariadb both want it.
import fs from 'node:fs'

const { MY_HOST, MY_PORT, MY_USER, MY_PASSWORD, MY_DATABASE, MY_CA } = process.env
export const flavour = process.env.MY_FLAVOUR
export default {
  host: MY_HOST, port: Number(MY_PORT), user: MY_USER, password: MY_PASSWORD, database: MY_DATABASE,
  ...(MY_CA ? { ssl: { ca: fs.readFileSync(MY_CA) } } : {})
}
