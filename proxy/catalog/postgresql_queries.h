// The questions, as SQL. Everything in them is readable by every role. PostgreSQL documentation,
// "System Catalogs".
#pragma once

#include <string_view>

namespace ringfence::catalog::postgresql {

// Columns: kind, schema and name of the carrier, uses (r, w, x, d), definition, kind, schema and
// name of what it touches, its columns (separated by \x01), the role whose rights count, a note.
// With an empty search_path the server qualifies every name in a definition.
inline constexpr std::string_view links_query = R"sql(
WITH
  ext AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  ns AS MATERIALIZED (
    SELECT oid, nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
  rel AS MATERIALIZED (
    SELECT c.oid, ns.nspname, c.relname::text, c.relkind, c.reloptions, pg_get_userbyid(c.relowner)::text AS owner
    FROM pg_class c JOIN ns ON ns.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')),
  fn AS MATERIALIZED (
    SELECT p.oid, ns.nspname, p.proname::text, p.prokind, l.lanname, p.pronamespace,
           CASE WHEN NOT l.lanpltrusted THEN pg_get_userbyid(10)::text  -- the server's own powers
                WHEN p.prosecdef THEN pg_get_userbyid(p.proowner)::text ELSE '' END AS runs_as
    FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE NOT EXISTS (SELECT FROM ext WHERE classid = 'pg_proc'::regclass AND objid = p.oid)),
  calls AS MATERIALIZED (
    SELECT DISTINCT classid, objid FROM pg_depend
    WHERE refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
       OR refclassid = 'pg_class'::regclass AND classid = 'pg_attrdef'::regclass AND deptype = 'n')
SELECT 'view', nspname, relname, 'rw', pg_get_viewdef(oid), '', '', '', NULL::text,
       CASE WHEN EXISTS (SELECT FROM pg_options_to_table(reloptions) o
                         WHERE o.option_name = 'security_invoker' AND o.option_value::boolean) THEN '' ELSE owner END, ''
FROM rel WHERE relkind IN ('v', 'm') AND NOT EXISTS (SELECT FROM ext WHERE classid = 'pg_class'::regclass AND objid = oid)
UNION ALL
SELECT 'opaque', nspname, relname, 'rw', '', '', '', '', NULL, owner, 'foreign servers' FROM rel WHERE relkind = 'f'
UNION ALL
SELECT 'code', nspname, relname, 'rw', pg_get_ruledef(r.oid), '', '', '', NULL, owner, ''
FROM pg_rewrite r JOIN rel ON rel.oid = r.ev_class WHERE r.rulename <> '_RETURN' AND r.ev_enabled <> 'D'
UNION ALL
SELECT 'code', nspname, relname, 'w', pg_get_triggerdef(t.oid), '', '', '', NULL, '', ''
FROM pg_trigger t JOIN rel ON rel.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
UNION ALL
SELECT 'code', nspname, relname, CASE WHEN a.attgenerated = '' THEN 'w' ELSE 'rw' END,
       'SELECT ' || pg_get_expr(d.adbin, d.adrelid), '', '', '', NULL, '', ''
FROM pg_attrdef d JOIN rel ON rel.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE EXISTS (SELECT FROM calls WHERE classid = 'pg_attrdef'::regclass AND objid = d.oid)
UNION ALL
SELECT 'code', nspname, relname, 'w', 'SELECT ' || pg_get_expr(c.conbin, c.conrelid), '', '', '', NULL, '', ''
FROM pg_constraint c JOIN rel ON rel.oid = c.conrelid
WHERE c.contype = 'c' AND EXISTS (SELECT FROM calls WHERE classid = 'pg_constraint'::regclass AND objid = c.oid)
UNION ALL
SELECT DISTINCT 'code', nspname, relname, 'w', 'SELECT ' || pg_get_expr(c.conbin, 0), '', '', '', NULL, '', ''
FROM pg_constraint c JOIN pg_attribute a ON a.atttypid = c.contypid JOIN rel ON rel.oid = a.attrelid
WHERE c.contypid <> 0 AND c.contype = 'c' AND EXISTS (SELECT FROM calls WHERE classid = 'pg_constraint'::regclass AND objid = c.oid)
UNION ALL
SELECT 'code', nspname, relname, 'w',
       'SELECT ' || concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)), '', '', '', NULL, '', ''
FROM pg_index i JOIN rel ON rel.oid = i.indrelid
WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
  AND EXISTS (SELECT FROM calls WHERE classid = 'pg_class'::regclass AND objid = i.indexrelid)
UNION ALL
SELECT 'code', nspname, relname, 'rw',
       'SELECT ' || concat_ws(', ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), '', '', '', NULL, '', ''
FROM pg_policy p JOIN rel ON rel.oid = p.polrelid WHERE p.polqual IS NOT NULL OR p.polwithcheck IS NOT NULL
UNION ALL
SELECT 'inheritance', p.nspname, p.relname, 'rw', '', 'table', c.nspname, c.relname, NULL, c.owner, ''
FROM pg_inherits i JOIN rel p ON p.oid = i.inhparent JOIN rel c ON c.oid = i.inhrelid
UNION ALL
SELECT 'reference', r.nspname, r.relname, 'w', '', 'table', f.nspname, f.relname,
       (SELECT string_agg(a.attname, E'\x01' ORDER BY a.attname COLLATE "C") FROM pg_attribute a
        WHERE a.attrelid = f.oid AND a.attnum = ANY (c.confkey)), f.owner, ''
FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid JOIN rel f ON f.oid = c.confrelid WHERE c.contype = 'f'
UNION ALL
SELECT 'cascade', f.nspname, f.relname, 'w', '', 'table', r.nspname, r.relname, NULL, r.owner, ''
FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid JOIN rel f ON f.oid = c.confrelid
WHERE c.contype = 'f' AND (c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd'))
UNION ALL
SELECT 'code', nspname, proname, 'x', pg_get_functiondef(oid), '', '', '', NULL, runs_as, ''
FROM fn WHERE lanname IN ('sql', 'plpgsql') AND prokind <> 'a'
UNION ALL
SELECT 'opaque', nspname, proname, 'x', '', '', '', '', NULL, runs_as, 'other languages'
FROM fn WHERE lanname NOT IN ('sql', 'plpgsql') AND prokind <> 'a'
UNION ALL
SELECT 'code', fn.nspname, fn.proname, 'x', '', 'function', n.nspname, p.proname, NULL, '', ''
FROM fn JOIN pg_aggregate a ON a.aggfnoid = fn.oid
JOIN pg_proc p ON p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
                            a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
JOIN ns n ON n.oid = p.pronamespace
UNION ALL
SELECT 'code', ns.nspname, o.oprname, 'x', '', 'function', n.nspname, p.proname, NULL, '', ''
FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode JOIN ns n ON n.oid = p.pronamespace
UNION ALL
SELECT 'code', '', '', 'd', '', 'function', n.nspname, p.proname, NULL, '', ''
FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN ns n ON n.oid = p.pronamespace
WHERE e.evtenabled <> 'D' AND NOT EXISTS (SELECT FROM ext WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
UNION ALL
SELECT DISTINCT 'dependent', rel.nspname, rel.relname, '', '', 'type', n.nspname, coalesce(b.typname, t.typname), NULL, '', ''
FROM pg_attribute a JOIN rel ON rel.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typelem AND t.typlen = -1
JOIN ns n ON n.oid = coalesce(b.typnamespace, t.typnamespace) AND n.nspname <> rel.nspname
WHERE a.attnum > 0 AND NOT a.attisdropped
)sql";

// The relations of some schemas: `:schemas` is an array.
inline constexpr std::string_view relations_query = R"sql(
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (:schemas) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
)sql";

// What a role may do natively, by itself or by SET ROLE. `:login` is the quoted name. Columns:
// action (or "beyond": more than any boundary holds, and what; or "settings": it sees all of them),
// schema, name, kind, columns.
// Extensions' objects are left out: an extension is a superuser's word.
inline constexpr std::string_view rights_query = R"sql(
WITH
  ext AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  me AS MATERIALIZED (
    SELECT l.oid AS login, r.* FROM pg_roles l JOIN pg_roles r ON pg_has_role(l.oid, r.oid, 'MEMBER')
    WHERE l.rolname = :login AND (r.oid = l.oid OR NOT l.rolsuper)),
  ns AS MATERIALIZED (
    SELECT n.oid, n.nspname::text, me.oid AS role FROM pg_namespace n, me
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(me.oid, n.oid, 'USAGE')
      AND NOT EXISTS (SELECT FROM me WHERE rolsuper)),
  rel AS MATERIALIZED (
    SELECT c.oid, c.relname::text, c.relkind, c.relowner, ns.nspname, ns.role FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT FROM ext WHERE classid = 'pg_class'::regclass AND objid = c.oid))
SELECT 'beyond', '', '', CASE WHEN rolsuper THEN 'is a superuser' WHEN rolcreaterole THEN 'may create roles'
  WHEN rolcreatedb THEN 'may create databases' WHEN rolreplication THEN 'may replicate' WHEN rolbypassrls THEN 'bypasses row policies'
  ELSE 'is a member of ' || rolname END, NULL::text
FROM me WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
   OR rolname ~ '^pg_' AND rolname NOT IN ('pg_database_owner', 'pg_use_reserved_connections')
UNION ALL
SELECT DISTINCT 'settings', '', '', '', NULL FROM me WHERE rolsuper OR rolname = 'pg_read_all_settings'
UNION ALL
SELECT 'beyond', '', '', 'may execute pg_catalog.' || p.proname, NULL
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, me
WHERE n.nspname = 'pg_catalog' AND NOT me.rolsuper AND p.proacl IS NOT NULL AND has_function_privilege(me.oid, p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')
UNION ALL
SELECT 'beyond', '', '', 'may use pg_catalog.' || c.relname, NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, me
WHERE n.nspname = 'pg_catalog' AND NOT me.rolsuper AND c.relkind IN ('r', 'v')
  AND (has_table_privilege(me.oid, c.oid, 'SELECT') AND NOT EXISTS (
         SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0 AND a.privilege_type = 'SELECT')
       OR has_table_privilege(me.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AND c.relname <> 'pg_settings')
UNION ALL
SELECT 'beyond', '', '', 'may use the foreign server ' || s.srvname, NULL
FROM pg_foreign_server s, me WHERE NOT me.rolsuper AND has_server_privilege(me.oid, s.oid, 'USAGE')
UNION ALL
SELECT 'beyond', '', '', 'may use large objects of others', NULL
FROM pg_largeobject_metadata l, aclexplode(l.lomacl) a
WHERE a.grantee <> l.lomowner AND (a.grantee = 0 OR a.grantee IN (SELECT oid FROM me))
UNION ALL
SELECT 'define', '', '', 'database', NULL FROM me, pg_database d
WHERE d.datname = current_database() AND NOT me.rolsuper AND has_database_privilege(me.oid, d.oid, 'CREATE')
UNION ALL
SELECT 'define', nspname, '', 'schema', NULL FROM ns WHERE has_schema_privilege(role, oid, 'CREATE')
UNION ALL
SELECT 'read', nspname, relname, 'table', NULL FROM rel
WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(role, oid, 'SELECT') ELSE has_table_privilege(role, oid, 'SELECT') END
UNION ALL
SELECT 'write', nspname, relname, 'table', NULL FROM rel
WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(role, oid, 'USAGE, UPDATE')
           ELSE has_table_privilege(role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE') END
UNION ALL
SELECT 'reference', nspname, relname, 'table', NULL FROM rel
WHERE relkind <> 'S' AND has_table_privilege(role, oid, 'REFERENCES')
UNION ALL
SELECT 'define', nspname, relname, 'table', NULL FROM rel
WHERE pg_has_role(role, relowner, 'USAGE') OR relkind <> 'S' AND has_table_privilege(role, oid, 'TRIGGER')
UNION ALL
SELECT CASE x.privilege_type WHEN 'SELECT' THEN 'read' WHEN 'REFERENCES' THEN 'reference' ELSE 'write' END,
       nspname, relname, 'table', string_agg(DISTINCT a.attname::text COLLATE "C", E'\x01' ORDER BY a.attname::text COLLATE "C")
FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped, aclexplode(a.attacl) x
WHERE x.grantee = 0 OR pg_has_role(rel.role, x.grantee, 'USAGE')
GROUP BY 1, 2, 3
UNION ALL
SELECT 'execute', nspname, p.proname, 'function', NULL FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
WHERE has_function_privilege(role, p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM ext WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
)sql";

} // namespace ringfence::catalog::postgresql
