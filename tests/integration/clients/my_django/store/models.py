from django.contrib.auth.models import User
from django.db import models


class Tag(models.Model):
    name = models.SlugField(unique=True)


class Article(models.Model):
    title = models.CharField(max_length=100, db_index=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    text = models.TextField(default="")
    data = models.JSONField(null=True)
    photo = models.BinaryField(null=True)
    took = models.DurationField(null=True)
    seller = models.ForeignKey(User, models.CASCADE, null=True)
    tags = models.ManyToManyField(Tag)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(check=models.Q(price__gte=0), name="not_negative"),
                       models.UniqueConstraint(fields=["title", "seller"], name="one_for_each")]
        indexes = [models.Index(fields=["-changed", "price"])]


class Stock(models.Model):
    article = models.OneToOneField(Article, models.PROTECT, primary_key=True)
    amount = models.PositiveIntegerField(default=0)
