-- What is no SQL: ringfence says of it what the server would say.
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
CREATE TABLE t (n int,);
SELECT 'přes' || ;
SHOW nonsense;
SET work_mem = 'much';
SET DateStyle = 'German', IntervalStyle = 'postgres';
