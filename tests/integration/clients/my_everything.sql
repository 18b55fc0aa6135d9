-- One of every kind of object that MariaDB and MySQL have in a database, and rows that are hard to quote.
CREATE TABLE person (
    id       bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name     varchar(80) NOT NULL COMMENT 'as on the door',
    mood     enum('sad', 'ok', 'happy') NOT NULL DEFAULT 'ok',
    tags     set('a', 'b', 'c'),
    born     date,
    data     json,
    size     decimal(8, 2) DEFAULT 1.50,
    photo    mediumblob,
    bits     bit(10),
    ratio    double,
    at       timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
    initial  char(1) GENERATED ALWAYS AS (left(name, 1)) STORED,
    longer   int GENERATED ALWAYS AS (char_length(name) + 1) VIRTUAL,
    remark   text CHARACTER SET latin1,
    UNIQUE KEY person_name (name),
    KEY person_mood (mood, born DESC),
    FULLTEXT KEY person_words (name),
    CONSTRAINT named CHECK (name <> '')
) ENGINE=InnoDB AUTO_INCREMENT=10 DEFAULT CHARSET=utf8mb4 COMMENT='somebody';
CREATE TABLE pet (
    owner bigint unsigned NOT NULL,
    nr    int NOT NULL,
    name  varchar(40) COLLATE utf8mb4_bin,
    legs  tinyint unsigned DEFAULT 4,
    PRIMARY KEY (owner, nr),
    CONSTRAINT owned FOREIGN KEY (owner) REFERENCES person (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE event (at date NOT NULL, what varchar(20), KEY (what))
    PARTITION BY RANGE (year(at)) (PARTITION p2024 VALUES LESS THAN (2025), PARTITION p2025 VALUES LESS THAN (2026),
                                   PARTITION later VALUES LESS THAN MAXVALUE);
CREATE TABLE place (id int PRIMARY KEY, spot point NOT NULL, SPATIAL KEY (spot));
CREATE TABLE `odd ``name` (`select` int, `a b` text, `ü` int DEFAULT 7) ENGINE=MyISAM;
CREATE TABLE empty_one (a int);

CREATE VIEW happy AS SELECT id, name FROM person WHERE mood = 'happy' WITH CASCADED CHECK OPTION;
CREATE ALGORITHM=TEMPTABLE SQL SECURITY INVOKER VIEW owners (name, pets) AS
    SELECT p.name, count(*) FROM person p JOIN pet ON pet.owner = p.id GROUP BY p.name;

DELIMITER //
CREATE TRIGGER stamped BEFORE INSERT ON pet FOR EACH ROW BEGIN
    IF NEW.name IS NULL THEN SET NEW.name = concat('pet ', NEW.nr); END IF;
END//
CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC NO SQL COMMENT 'it''s double' RETURN n * 2//
CREATE PROCEDURE tidy(IN least int, OUT gone int) MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
    DECLARE done boolean DEFAULT FALSE;
    DECLARE found bigint unsigned;
    DECLARE c CURSOR FOR SELECT id FROM person WHERE id < least;
    DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
    SET gone = 0;
    OPEN c;
    again: LOOP
        FETCH c INTO found;
        IF done THEN LEAVE again; END IF;
        DELETE FROM person WHERE id = found;
        SET gone = gone + 1;
    END LOOP;
    CLOSE c;
END//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE
    COMMENT 'not now' DO DELETE FROM event WHERE at < now() - INTERVAL 1 YEAR//
DELIMITER ;

INSERT INTO person (name, mood, tags, born, data, photo, bits, ratio, at, remark) VALUES
    ('Ada', 'happy', 'a,c', '1815-12-10', '{"a": [1, null, "x"]}', x'00010a0d1a5c2227ff', b'1000000001', 1e-300,
     '2026-01-02 03:04:05.678', 'grüß'),
    ('it''s \\ a "name"\n\t\0', 'sad', '', NULL, NULL, '', NULL, NULL, '2026-01-02 03:04:05', '-- no /* comment'),
    ('Grace 🐘', 'ok', NULL, '1906-12-09', '[]', repeat(x'5a', 70000), b'0', -0.5, '2026-01-02 03:04:06', NULL);
INSERT INTO person (name, mood, at) SELECT concat('person ', n), elt(1 + n % 3, 'sad', 'ok', 'happy'), '2026-01-02 03:04:07'
    FROM tools.numbers WHERE n <= 198;
INSERT INTO pet (owner, nr, legs) SELECT id, 1 + id % 2, id % 5 FROM person;
INSERT INTO event SELECT date '2024-06-01' + INTERVAL n DAY, concat('event ', n) FROM tools.numbers WHERE n <= 900;
INSERT INTO place SELECT n, point(n, -n) FROM tools.numbers WHERE n <= 5;
INSERT INTO `odd ``name` VALUES (1, 'x', NULL), (2, NULL, 3);
