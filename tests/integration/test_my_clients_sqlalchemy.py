"""SQLAlchemy's inspector, reflection and ORM with PyMySQL and mysqlclient, and Alembic's migrations."""
import contextlib
import decimal
import importlib.util
import inspect
import pathlib
import shutil

import pytest
import sqlalchemy as sa
from alembic import autogenerate, command, config, migration
from sqlalchemy import orm
from sqlalchemy.dialects import mysql as dialect

from harness import service

pytestmark = [pytest.mark.filterwarnings(f"ignore:{text}") for text in (
    "Did not recognize type", "Unknown schema content", "Could not instantiate type", "Computed default on",
    "autogenerate skipping")]

_spec = importlib.util.spec_from_file_location("my_shop_models", service.CLIENTS / "my_shop_models.py")
models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(models)
DRIVERS = ("pymysql", "mysqldb")


@pytest.fixture(scope="module")
def tools(my_server):
    with service.of(my_server, "workshop", service.script("my_everything.sql")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_denied(tools):
    with tools.nothing_denied():
        yield


@pytest.fixture
def fresh(my_server):
    """A service whose database is empty."""
    with service.of(my_server, "fresh") as made, made.nothing_denied():
        yield made


def engine(of, driver="pymysql", **more):
    endpoint = of.endpoint()
    options = endpoint.pymysql() if driver == "pymysql" else endpoint.mysqldb()
    return sa.create_engine(f"mysql+{driver}://", connect_args=options, **more)


def with_both_drivers(of, work):
    """work(connection)"""
    for driver in DRIVERS:
        made = engine(of, driver)
        with made.begin() as connection:
            work(connection)
        made.dispose()


def everything_about(inspector, schema):
    """What every get_* says of a schema: {(method, table): answer}"""
    seen = {}
    relations = inspector.get_table_names(schema=schema) + inspector.get_view_names(schema=schema)
    for name, method in inspect.getmembers(inspector, inspect.ismethod):
        parameters = inspect.signature(method).parameters
        if not name.startswith("get_") or "view_name" in parameters or name == "get_schema_names":
            continue                                    # names of all schemas are others', too
        with contextlib.suppress(NotImplementedError):  # what MySQL does not have
            if "table_name" in parameters:
                for table in relations:
                    seen[name, table] = method(table, schema=schema)
            else:
                seen[name, None] = method(**({"schema": schema} if "schema" in parameters else {}))
    for view in inspector.get_view_names(schema=schema):
        seen["get_view_definition", view] = inspector.get_view_definition(view, schema=schema)
    return seen


@pytest.mark.parametrize("schema", [None, "workshop"])
def test_the_inspector_sees_the_whole_schema(tools, schema):
    def work(connection):
        inspector = sa.inspect(connection)
        seen = everything_about(inspector, schema)
        assert {"person", "pet", "event", "place", "odd `name"} <= set(seen["get_table_names", None])
        assert "happy" in seen["get_view_names", None] and "happy" in seen["get_view_definition", "happy"].lower()
        assert [c["name"] for c in seen["get_columns", "person"]][:4] == ["id", "name", "mood", "tags"]
        assert seen["get_foreign_keys", "pet"][0]["referred_table"] == "person"
        assert seen["get_pk_constraint", "pet"]["constrained_columns"] == ["owner", "nr"]
        assert {i["name"] for i in seen["get_indexes", "person"]} >= {"person_mood", "person_words"}
        assert seen["get_check_constraints", "person"][0]["name"] == "named"
        assert seen["get_table_comment", "person"] == {"text": "somebody"}
        assert inspector.has_table("person", schema=schema) and not inspector.has_table("nothing", schema=schema)
        assert inspector.default_schema_name == "workshop"
    with_both_drivers(tools, work)


@pytest.mark.parametrize("schema", [None, "workshop"])
def test_a_schema_is_reflected(tools, schema):
    def work(connection):
        metadata = sa.MetaData()
        metadata.reflect(connection, schema=schema, views=True)
        prefix = f"{schema}." if schema else ""
        person = metadata.tables[prefix + "person"]
        assert prefix + "happy" in metadata.tables and isinstance(person.c.mood.type, dialect.ENUM)
        assert connection.execute(sa.select(sa.func.count()).select_from(person)).scalar() == 201
    with_both_drivers(tools, work)


@pytest.mark.parametrize("schema", [None, "fresh"])
def test_tables_are_created_and_dropped(fresh, schema):
    metadata, customer, _ = models.model(2, schema)

    def work(connection):
        for _ in range(2):                      # the second time it looks what is there
            metadata.create_all(connection)
        reflected = sa.MetaData()
        reflected.reflect(connection, schema=schema)
        assert {t.split(".")[-1] for t in reflected.tables} == {"customer", "purchase", "voucher"}
        connection.execute(sa.insert(customer), [{"email": f"{n}@example.com", "notes": ""} for n in range(1500)])
        assert connection.execute(sa.select(sa.func.count()).select_from(customer)).scalar() == 1500
        for _ in range(2):
            metadata.drop_all(connection)
        assert not sa.inspect(connection).has_table("customer", schema=schema)
    with_both_drivers(fresh, work)


def test_an_orm_session_works(fresh):
    metadata, Customer, Order = models.model(1)

    def work(connection):
        metadata.create_all(connection)
        with orm.Session(connection, future=True) as session:
            session.add_all([Customer(email=f"{n}@example.com", data={"n": n, "text": "'\\\"🐘"},
                                      orders=[Order(cents=n * 100 + c, state="paid", photo=b"\0\xff'") for c in range(3)])
                             for n in range(30)])
            session.flush()
            found = session.scalars(sa.select(Customer).options(orm.selectinload(Customer.orders))
                                    .order_by(Customer.id).limit(10)).all()
            assert [len(c.orders) for c in found] == [3] * 10 and found[3].orders[1].euros == decimal.Decimal("3.01")
            assert found[3].data["text"] == "'\\\"🐘" and found[3].orders[0].photo == b"\0\xff'"
            joined = session.execute(
                sa.select(Customer.email, sa.func.sum(Order.cents).label("total"),
                          sa.func.rank().over(order_by=sa.func.sum(Order.cents).desc()))
                .join(Customer.orders).group_by(Customer.email).having(sa.func.count() > 2)
                .order_by(sa.desc("total"))).all()
            assert joined[0][0] == "29@example.com" and joined[0][2] == 1
            locked = session.scalars(sa.select(Order).where(Order.cents > 2900).with_for_update()).all()
            locked[0].state = "sent"
            with session.begin_nested():
                session.delete(found[0])
                session.flush()
            upsert = dialect.insert(Customer).values(email="1@example.com", notes="again")
            session.execute(upsert.on_duplicate_key_update(notes=upsert.inserted.notes))
            assert session.scalar(sa.select(Customer.notes).where(Customer.email == "1@example.com")) == "again"
            assert session.scalar(sa.select(sa.func.count()).where(Customer.data["n"].as_integer() < 5)
                                  .select_from(Customer)) == 4
            session.execute(sa.update(Order).where(Order.state == "paid").values(cents=Order.cents + 1)
                            .execution_options(synchronize_session=False))
            session.flush()
        metadata.drop_all(connection)
    with_both_drivers(fresh, work)


def test_isolation_levels_streaming_and_disconnects_work(tools):
    for driver in DRIVERS:
        made = engine(tools, driver)
        for level in ("AUTOCOMMIT", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"):
            with made.connect().execution_options(isolation_level=level) as connection:
                assert connection.execute(sa.text("SELECT count(*) FROM person")).scalar() == 201
                assert connection.get_isolation_level() == level or level == "AUTOCOMMIT"
        with made.connect().execution_options(stream_results=True, max_row_buffer=20) as connection:
            assert sum(1 for _ in connection.execute(sa.text("SELECT id FROM person"))) == 201
        with made.connect() as connection:
            connection.execute(sa.text("SELECT connection_id()"))
            connection.invalidate()
        made.dispose()
        with engine(tools, driver, pool_pre_ping=True).connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1


def migrations(of, folder, version):
    """Alembic's configuration for a version of the model."""
    settings = config.Config()
    settings.set_main_option("script_location", str(folder))
    settings.attributes["metadata"] = models.model(version)[0]
    settings.attributes["engine"] = engine(of)
    return settings


def differences(of, version):
    with engine(of).connect() as connection:
        context = migration.MigrationContext.configure(connection, opts={"compare_type": True})
        return autogenerate.compare_metadata(context, models.model(version)[0])


def test_alembic_generates_migrations_and_goes_up_and_down(fresh, scratch, capsys):
    folder = pathlib.Path(shutil.copytree(service.CLIENTS / "alembic", scratch / "alembic"))
    (folder / "versions").mkdir()
    first, second = migrations(fresh, folder, 1), migrations(fresh, folder, 2)
    command.revision(first, "first", autogenerate=True, rev_id="one")
    command.upgrade(first, "head")
    assert differences(fresh, 1) == []
    command.revision(second, "second", autogenerate=True, rev_id="two")
    written = next(folder.glob("versions/two_*")).read_text()
    for expected in ("op.create_table('voucher'", "op.add_column('purchase'", "op.alter_column('purchase', 'weight'"):
        assert expected in written
    command.upgrade(second, "head")
    assert differences(fresh, 2) == []
    command.current(second)
    command.stamp(second, "one")
    command.stamp(second, "two")
    command.upgrade(second, "one:two", sql=True)
    assert "UPDATE alembic_version SET version_num='two'" in capsys.readouterr().out
    command.downgrade(second, "one")
    assert differences(fresh, 1) == []
    command.downgrade(second, "base")
    assert fresh.server.sql("SELECT table_name FROM tables WHERE table_schema = 'fresh'") == "alembic_version"
