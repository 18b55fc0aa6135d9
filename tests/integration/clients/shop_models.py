"""What SQLAlchemy and Alembic create: two versions of one model."""
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as dialect
from sqlalchemy.orm import declarative_base, relationship


def model(version, schema=None):
    """(metadata, Customer, Order)"""
    base = declarative_base(metadata=sa.MetaData(schema=schema))
    states = sa.Enum("new", "paid", "sent", name="order_state", inherit_schema=True)

    class Customer(base):
        __tablename__ = "customer"
        id = sa.Column(sa.BigInteger, sa.Identity(start=10), primary_key=True)
        email = sa.Column(sa.String(200), nullable=False, unique=True, comment="never shown")
        notes = sa.Column(sa.Text, server_default="", nullable=version == 1)
        tags = sa.Column(dialect.ARRAY(sa.Text), server_default="{}")
        data = sa.Column(dialect.JSONB)
        orders = relationship("Order", back_populates="customer", cascade="all, delete-orphan")
        __table_args__ = (sa.CheckConstraint("email <> ''", name="email_is_there"), {"comment": "who buys"})

    class Order(base):
        __tablename__ = "purchase"
        id = sa.Column(sa.Integer, sa.Sequence("purchase_numbers", metadata=base.metadata), primary_key=True)
        customer_id = sa.Column(sa.ForeignKey(Customer.id, ondelete="CASCADE"), nullable=False, index=True)
        state = sa.Column(states, server_default="new")
        weight = sa.Column(sa.Integer if version == 1 else sa.BigInteger)
        cents = sa.Column(sa.Integer, nullable=False)
        euros = sa.Column(sa.Numeric(10, 2), sa.Computed("cents / 100.0"))
        placed = sa.Column(sa.DateTime(timezone=True), server_default=sa.func.now())
        token = sa.Column(dialect.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"))
        customer = relationship(Customer, back_populates="orders")
        __table_args__ = (sa.Index("open_purchases", "placed", postgresql_where=sa.text("state = 'new'")),
                          sa.Index("purchase_words", sa.text("lower(token::text)")))
        if version == 2:
            gift = sa.Column(sa.Boolean, nullable=False, server_default=sa.false())

    if version == 2:
        sa.Table("voucher", base.metadata,
                 sa.Column("code", sa.String(20), primary_key=True),
                 sa.Column("customer_id", sa.ForeignKey(Customer.id)),
                 sa.Column("valid", dialect.DATERANGE),
                 sa.UniqueConstraint("customer_id", "valid", name="one_at_a_time"))
    return base.metadata, Customer, Order
