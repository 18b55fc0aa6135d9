from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Tag(models.Model):
    name = models.SlugField(unique=True)


class Article(models.Model):
    title = models.CharField(max_length=100, db_index=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    words = ArrayField(models.TextField(), default=list)
    data = models.JSONField(null=True)
    on_sale = DateRangeField(null=True)
    seller = models.ForeignKey(User, models.CASCADE, null=True)
    tags = models.ManyToManyField(Tag)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(check=models.Q(price__gte=0), name="not_negative"),
                       models.UniqueConstraint(fields=["title"], condition=models.Q(seller=None), name="one_for_all")]
        indexes = [GinIndex(fields=["words"]), models.Index(fields=["-changed", "price"])]


class Stock(models.Model):
    article = models.OneToOneField(Article, models.PROTECT, primary_key=True)
    amount = models.PositiveIntegerField(default=0)
