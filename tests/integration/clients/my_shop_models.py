"""What SQLAlchemy and Alembic create on MariaDB and MySQL: two versions of one model."""
import sqlalchemy as sa
from sqlalchemy.dialects import mysql as dialect
from sqlalchemy.orm import declarative_base, relationship


def model(version, schema=None):
    """(metadata, Customer, Order)"""
    base = declarative_base(metadata=sa.MetaData(schema=schema))

    class Customer(base):
        __tablename__ = "customer"
        id = sa.Column(sa.BigInteger, primary_key=True)
        email = sa.Column(sa.String(200), nullable=False, unique=True, comment="never shown")
        notes = sa.Column(sa.Text, nullable=version == 1)
        data = sa.Column(sa.JSON)
        orders = relationship("Order", back_populates="customer", cascade="all, delete-orphan")
        __table_args__ = (sa.CheckConstraint("email <> ''", name="email_is_there"),
                          {"comment": "who buys", "mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"})

    class Order(base):
        __tablename__ = "purchase"
        id = sa.Column(sa.Integer, primary_key=True)
        customer_id = sa.Column(sa.ForeignKey(Customer.id, ondelete="CASCADE"), nullable=False)
        state = sa.Column(sa.Enum("new", "paid", "sent"), server_default="new")
        weight = sa.Column(sa.Integer if version == 1 else sa.BigInteger)
        cents = sa.Column(sa.Integer, nullable=False)
        euros = sa.Column(sa.Numeric(10, 2), sa.Computed("cents / 100.0"))
        placed = sa.Column(sa.DateTime, server_default=sa.func.now())
        tiny = sa.Column(dialect.TINYINT(unsigned=True), server_default="3")
        photo = sa.Column(dialect.MEDIUMBLOB)
        customer = relationship(Customer, back_populates="orders")
        __table_args__ = (sa.Index("open_purchases", "placed", "state"), {"mysql_engine": "InnoDB"})
        if version == 2:
            gift = sa.Column(sa.Boolean, nullable=False, server_default=sa.text("0"))

    if version == 2:
        sa.Table("voucher", base.metadata,
                 sa.Column("code", sa.String(20), primary_key=True),
                 sa.Column("customer_id", sa.ForeignKey(Customer.id)),
                 sa.Column("valid", sa.Date),
                 sa.UniqueConstraint("customer_id", "valid", name="one_at_a_time"))
    return base.metadata, Customer, Order
