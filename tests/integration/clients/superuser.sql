-- What only a superuser may make: it reaches beyond its schema, or could crash the server.
CREATE OPERATOR FAMILY numbers USING btree;
CREATE OPERATOR CLASS number_ops FOR TYPE int4 USING btree FAMILY numbers AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4);
CREATE CAST (pair AS text) WITH INOUT AS ASSIGNMENT;
CREATE DEFAULT CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER DEFAULT PRIVILEGES IN SCHEMA tools GRANT SELECT ON TABLES TO PUBLIC;
