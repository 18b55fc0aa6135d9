"""psycopg2, psycopg 3 and asyncpg."""
import asyncio
import os

import asyncpg
import psycopg
import psycopg2
import pytest

enforced = pytest.mark.skipif("RINGFENCE_DIRECT" in os.environ, reason="nobody denies")


def test_psycopg2_works(endpoint):
    with psycopg2.connect(endpoint.dsn()) as c, c.cursor() as cursor:
        cursor.execute("SELECT status FROM orders WHERE id = %s", (1,))
        assert cursor.fetchone() == ("paid",)
        cursor.executemany("INSERT INTO orders (user_id) VALUES (%s)", [(n,) for n in range(5)])
        with c.cursor("server_side") as portal:
            portal.itersize = 100
            portal.execute("SELECT id FROM orders ORDER BY id LIMIT 1000")
            assert len(list(portal)) == 1000
        c.rollback()
    c.close()


@enforced
def test_psycopg2_gets_the_error_fields(endpoint):
    c = psycopg2.connect(endpoint.dsn())
    with c.cursor() as cursor:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege) as caught:
            cursor.execute("UPDATE users.accounts SET email = 'x'")
        assert caught.value.diag.schema_name == "users" and caught.value.diag.table_name == "accounts"
        with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
            cursor.execute("SELECT 1")
        c.rollback()
        cursor.execute("SELECT 1")
    c.close()


def test_psycopg_copies_both_ways(endpoint):
    with psycopg.connect(endpoint.dsn()) as c, c.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE incoming (n int, t text)")
        with cursor.copy("COPY incoming FROM STDIN") as copy:
            for n in range(20000):
                copy.write_row((n, "row %d" % n))
        assert cursor.rowcount == 20000
        with cursor.copy("COPY incoming TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "text"])
            assert sum(row[0] for row in copy.rows()) == sum(range(20000))


def test_psycopg_server_side_cursor_and_executemany(endpoint):
    with psycopg.connect(endpoint.dsn()) as c:
        with c.cursor(name="portal") as cursor:
            cursor.itersize = 100
            cursor.execute("SELECT id FROM orders WHERE id > %s ORDER BY id", (0,))
            assert len(cursor.fetchmany(150)) == 150
        with c.cursor() as cursor:
            cursor.executemany("INSERT INTO orders (user_id) VALUES (%s) RETURNING id", [(n,) for n in range(100)],
                               returning=True)
            results = 1
            while cursor.nextset():
                results += 1
            assert results == 100
        c.rollback()


def test_psycopg_pipeline_mode(endpoint):
    with psycopg.connect(endpoint.dsn(), prepare_threshold=2) as c:
        with c.pipeline():
            cursors = [c.execute("SELECT %s::int + 1", (n,)) for n in range(500)]
        assert [cursor.fetchone()[0] for cursor in cursors] == [n + 1 for n in range(500)]


@enforced
def test_a_denial_within_a_psycopg_pipeline_aborts_up_to_the_sync(endpoint):
    with psycopg.connect(endpoint.dsn(), autocommit=True) as c:
        late = c.cursor()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            with c.pipeline() as pipeline:
                c.execute("CREATE TEMP TABLE never (n int)")
                c.execute("SELECT * FROM users.accounts")
                late.execute("SELECT 1")    # raises if the denial is there by now
                pipeline.sync()
        with pytest.raises(psycopg.Error):
            late.fetchone()
        assert c.execute("SELECT to_regclass('pg_temp.never')").fetchone() == (None,)
        assert c.execute("SELECT 2").fetchone() == (2,)


def test_psycopg_hears_notices_and_notifications(endpoint):
    with psycopg.connect(endpoint.dsn(), autocommit=True) as c:
        notices = []
        c.add_notice_handler(lambda n: notices.append(n.message_primary))
        c.execute("DROP TABLE IF EXISTS no_such_table")
        assert notices == ['table "no_such_table" does not exist, skipping']
        heard = []
        c.add_notify_handler(lambda n: heard.append(n.payload))
        c.execute("LISTEN orders_events")
        c.execute("NOTIFY orders_events, 'one'")
        c.execute("SELECT 1")
        assert heard == ["one"]


def test_asyncpg_works(endpoint):
    async def work():
        c = await asyncpg.connect(**endpoint.asyncpg())
        assert await c.fetchval("SELECT count(*) FROM orders WHERE user_id > $1", 0) == 3000
        assert await c.fetchval("SELECT ARRAY[1,2]::int[] || $1", [3]) == [1, 2, 3]
        async with c.transaction():
            rows = 0
            async for _ in c.cursor("SELECT id FROM orders ORDER BY id", prefetch=200):
                rows += 1
            assert rows == 3000
        await c.execute("CREATE TEMP TABLE incoming (n int, t text)")
        await c.copy_records_to_table("incoming", records=[(n, str(n)) for n in range(1000)])
        await c.executemany("INSERT INTO incoming VALUES ($1, $2)", [(n, "more") for n in range(500)])
        assert await c.fetchval("SELECT count(*) FROM incoming") == 1500
        await c.close()
    asyncio.run(work())


def test_asyncpg_pool(endpoint):
    async def work():
        async with asyncpg.create_pool(**endpoint.asyncpg(), min_size=2, max_size=4) as pool:
            values = await asyncio.gather(*[pool.fetchval("SELECT $1::int", n) for n in range(100)])
        assert values == list(range(100))
    asyncio.run(work())


def test_asyncpg_cancels(endpoint):
    async def work():
        c = await asyncpg.connect(**endpoint.asyncpg())
        with pytest.raises(asyncio.TimeoutError):
            await c.fetchval("SELECT pg_sleep(60)", timeout=0.3)
        assert await c.fetchval("SELECT 1") == 1
        await c.close()
    asyncio.run(work())


@enforced
def test_asyncpg_gets_the_error_fields(endpoint):
    async def work():
        c = await asyncpg.connect(**endpoint.asyncpg())
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as caught:
            await c.fetch("SELECT email FROM users.accounts WHERE id = $1", 1)
        assert caught.value.schema_name == "users" and caught.value.table_name == "accounts"
        assert await c.fetchval("SELECT 1") == 1
        await c.close()
    asyncio.run(work())
