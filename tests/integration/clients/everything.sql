-- One of every kind of object that a schema can hold, in the first schema of the search_path.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT above_zero CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = numeric);
COMMENT ON TYPE mood IS 'how one feels';
CREATE SEQUENCE ticket START 100 INCREMENT 5 CACHE 2;
CREATE COLLATION plain (provider = libc, locale = 'C');

CREATE TABLE person (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    ticket  integer DEFAULT nextval('ticket') NOT NULL,
    name    text COLLATE plain NOT NULL,
    mood    mood DEFAULT 'ok',
    size    positive,
    tags    text[] DEFAULT '{}',
    data    jsonb,
    at      timestamptz DEFAULT now(),
    lower   text GENERATED ALWAYS AS (lower(name)) STORED,
    whole   pair,
    span    span,
    CONSTRAINT named CHECK (length(name) > 0)
);
COMMENT ON TABLE person IS 'somebody';
COMMENT ON COLUMN person.name IS 'it''s the name';
CREATE TABLE pet (
    owner   bigint REFERENCES person ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    nr      smallint,
    seen    tstzrange,
    place   point,
    PRIMARY KEY (owner, nr),
    EXCLUDE USING gist (place WITH ~=)
);
CREATE UNIQUE INDEX person_mood ON person (mood, lower(name) DESC NULLS LAST) INCLUDE (size) WHERE size > 1;
CREATE INDEX person_data ON person USING gin (data jsonb_path_ops);
CREATE INDEX person_at ON person USING brin (at);
CREATE STATISTICS person_stat (dependencies, mcv) ON mood, size FROM person;
ALTER TABLE person CLUSTER ON person_pkey;
ALTER TABLE person ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN data SET STATISTICS 500;
CREATE TABLE child (extra text) INHERITS (person);
CREATE UNLOGGED TABLE fleeting (n int) WITH (fillfactor = 70);

CREATE TABLE event (at date NOT NULL, what text, size numeric(8, 2)) PARTITION BY RANGE (at);
CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (what);
CREATE TABLE event_2025_a PARTITION OF event_2025 FOR VALUES IN ('a');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_at ON event (at);

CREATE VIEW happy WITH (security_barrier) AS SELECT id, name FROM person WHERE mood = 'happy' WITH CHECK OPTION;
CREATE MATERIALIZED VIEW counted AS SELECT mood, count(*) AS n FROM person GROUP BY mood WITH NO DATA;
CREATE UNIQUE INDEX counted_mood ON counted (mood);

CREATE FUNCTION twice(n integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN n * 2;
CREATE FUNCTION people(above mood, OUT id bigint, OUT name text) RETURNS SETOF record LANGUAGE sql STABLE ROWS 10
    AS $$ SELECT p.id, p.name FROM tools.person p WHERE p.mood >= above $$;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := now();
    IF NEW.size IS NULL THEN
        RAISE NOTICE 'no size for %', NEW.name;
    END IF;
    RETURN NEW;
END $$;
CREATE PROCEDURE tidy(INOUT removed integer) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tools.fleeting WHERE n < removed;
    GET DIAGNOSTICS removed = ROW_COUNT;
END $$;
CREATE FUNCTION join_two(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT concat_ws('','', a, b)';
CREATE AGGREGATE joined(text) (SFUNC = join_two, STYPE = text);
CREATE FUNCTION same_letters(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS 'SELECT lower(a) OPERATOR(pg_catalog.=) lower(b)';
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same_letters, COMMUTATOR = ===);
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF size ON person
    FOR EACH ROW WHEN (NEW.name <> '') EXECUTE FUNCTION stamp();
ALTER TABLE person ENABLE ALWAYS TRIGGER stamped;
CREATE RULE no_deletes AS ON DELETE TO event_rest DO INSTEAD NOTHING;
ALTER TABLE pet ENABLE ROW LEVEL SECURITY;
CREATE POLICY numbered ON pet FOR SELECT TO PUBLIC USING (nr > 0);
CREATE TEXT SEARCH DICTIONARY simply (TEMPLATE = pg_catalog.simple, accept = false);
CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR word WITH simply, english_stem;
COMMENT ON FUNCTION twice(integer) IS 'doubles';
GRANT SELECT, INSERT (name) ON person TO PUBLIC;
GRANT EXECUTE ON FUNCTION twice(integer) TO PUBLIC;

INSERT INTO person (name, mood, size, tags, data, whole, span)
SELECT 'name ' || n, (ARRAY['sad', 'ok', 'happy'])[1 + n % 3]::mood, 1 + n % 7, ARRAY['a', 'b\c', n::text],
       jsonb_build_object('n', n, 'tab', E'\t'), (n, 'p"' || n)::pair, span(n, n + 1)
FROM generate_series(1, 200) n;
INSERT INTO child (id, name, size, extra) VALUES (0, 'a child', 3, NULL);
INSERT INTO pet SELECT n, n % 9 + 1, NULL, point(n, n) FROM generate_series(1, 50) n;
INSERT INTO event SELECT date '2025-01-01' + n, 'a', n FROM generate_series(0, 300) n;
INSERT INTO event VALUES ('2027-01-01', E'späť\n', 0.5);
REFRESH MATERIALIZED VIEW counted;
