-- What no analysis can understand, and settings that do not exist: the server has the word on them.
\set ECHO all
SELECT 'a' 'b';
CREATE TABLE item (note text);
ALTER TABLE item ALTER COLUMN note TYPE varchar(50), ALTER COLUMN note SET NOT NULL, RENAME COLUMN note TO made;
SELEC 1;
SELECT 1 FROM;
SELECT 1 WHERE ;
BEGIN;
SELECT 1 +;
SELECT 2;
COMMIT;
SELECT 1; SELECT FROM WHERE; SELECT 3;
SELECT 1 \; SELECT FROM WHERE \; SELECT 3;
CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1 +; END';
DO 'BEGIN x +; END';
\set VERBOSITY verbose
CREATE TABLE t (n int,);
SELECT 'přes' || ;
\set VERBOSITY default
SET nonsense = 1;
SHOW nonsense;
RESET nonsense;
SET work_mem = 'much';
SET DateStyle = 'German', IntervalStyle = 'postgres';
