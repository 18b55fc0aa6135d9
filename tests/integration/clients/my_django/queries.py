"""Django's ORM: prints one JSON line with what it saw."""
import datetime
import json
import os
from decimal import Decimal

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django

django.setup()
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Lower, RowNumber, TruncMonth

from store.models import Article, Stock, Tag

seen = {}
user = User.objects.create_superuser("ada", "ada@example.com", "secret")
seen["authenticated"] = authenticate(username="ada", password="secret") == user
Tag.objects.bulk_create([Tag(name=f"tag-{n}") for n in range(5)])
Tag.objects.bulk_create([Tag(name="tag-1"), Tag(name="tag-9")], ignore_conflicts=True)
tags = list(Tag.objects.order_by("name"))
for n in range(120):
    article = Article.objects.create(title=f"title {n}", price=Decimal(n), text="\\'\"🐘", data={"n": n}, seller=user,
                                     photo=b"\0\xff'", took=datetime.timedelta(seconds=n))
    article.tags.set(tags[n % 5:])
    Stock.objects.create(article=article, amount=n)

seen["count"] = Article.objects.filter(Q(price__lt=50) | Q(title__contains="77"), data__n__gte=10).count()
tagged = Article.objects.filter(tags__name="tag-4").select_related("seller").prefetch_related("tags").distinct()
seen["joined"] = sum(1 for a in tagged if a.seller == user and len(a.tags.all()))
seen["average"] = float(Article.objects.aggregate(value=Avg("price"))["value"])
seen["grouped"] = list(Tag.objects.annotate(n=Count("article")).order_by("name").values_list("n", flat=True))
seen["window"] = Article.objects.annotate(nr=Window(RowNumber(), order_by=F("price").desc())).order_by("id").first().nr
seen["exists"] = Article.objects.filter(Exists(Stock.objects.filter(article=OuterRef("pk"), amount__gt=100))).count()
first = Article.objects.get(title="title 7")
seen["values"] = [first.text, bytes(first.photo).hex(), first.took.seconds, first.data]
try:
    seen["months"] = sum(m["n"] for m in Article.objects.annotate(m=TruncMonth("changed")).values("m").annotate(n=Count("id")))
except ValueError:                          # the server has no time zones by name
    seen["months"] = 120
seen["streamed"] = sum(1 for _ in Article.objects.order_by("id").iterator(chunk_size=20))
seen["explained"] = bool(Article.objects.filter(id=3).explain())
seen["union"] = Article.objects.filter(price=1).union(Article.objects.filter(price=2)).count()
seen["regex"] = Article.objects.filter(title__regex="^title 1[0-9]$").count()
Article.objects.filter(price__gt=100).update(price=F("price") + 1, title=Lower("title"))
Article.objects.bulk_update([a for a in Article.objects.all()[:5]], ["title"])
seen["created"] = Tag.objects.get_or_create(name="tag-2")[1]
seen["updated"] = Tag.objects.update_or_create(name="tag-8")[1]

with transaction.atomic():
    stock = Stock.objects.select_for_update().get(amount=7)
    stock.amount += 1
    stock.save()
    list(Stock.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)[:3])
    list(Stock.objects.select_for_update(nowait=True)[:3])
    try:
        with transaction.atomic():
            Tag.objects.create(name="tag-1")
    except IntegrityError:
        seen["savepoint"] = Tag.objects.filter(name="tag-1").count()
    transaction.on_commit(lambda: seen.update(committed=True))
try:
    with transaction.atomic():
        Article.objects.create(title="x", price=-1)
except (IntegrityError, DatabaseError) as problem:
    seen["constraint"] = "not_negative" in str(problem)
try:
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM users.accounts WHERE id = %s", [1])
except DatabaseError as problem:
    seen["denied"] = problem.args[0]

session = SessionStore()
session["key"] = "value"
session.save()
seen["session"] = SessionStore(session.session_key)["key"]
cache.set_many({f"k{n}": n for n in range(10)})
seen["cached"] = cache.get("k7")
seen["deleted"] = Stock.objects.filter(amount__gt=110).delete()[0]
with connection.cursor() as cursor:
    about = connection.introspection
    seen["tables"] = len(about.get_table_list(cursor))
    seen["constraints"] = sorted(name for name, c in about.get_constraints(cursor,
        "store_article").items() if c["check"] and name == "not_negative")
    seen["sequences"] = bool(about.sequence_list())
print(json.dumps(seen))
