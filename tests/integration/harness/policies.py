"""The policy files of the tests, as Python data: each test changes what it needs."""
import copy
import datetime
import json

SHOP = {"server": "shop-pg", "database": "shop"}
SERVERS = {"postgresql": "shop-pg", "mysql": "shop-my"}
COMMON = {"postgresql": "extensions", "mysql": "tools"}
PUBLISHED = {"postgresql": "accounts-v1", "mysql": "accounts-my-v1"}


def place(schema, engine="postgresql"):
    """A schema, which on MariaDB and MySQL is a database."""
    return {**SHOP, "schema": schema} if engine == "postgresql" else {"server": "shop-my", "database": schema}


def until(days):
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days)).isoformat()


def service(name, login, team, schemas, *engines, **more):
    return {"service": name, "team": team, "contact": f"#team-{team}",
            "api": f"https://{login}.shop.example/openapi.json",
            "identities": [{"login": login}, {"certificate": f"spiffe://shop.example/{name}"}],
            "owns": [place(s, engine) for engine in engines or ("postgresql",) for s in schemas], **more}


def shop(*engines):
    """{"org": …, "order-service": …}; on PostgreSQL, unless engines are named."""
    engines = engines or ("postgresql",)
    published = [{"name": PUBLISHED[engine], **place("users_api_v1", engine), "to": ["order-service", "billing-service"]}
                 for engine in engines]
    shares = [{"with": "billing-service", **place("users", engine), "tables": {"accounts": ["id", "email"]},
               "access": "read", "reason": "billing joins accounts", "ticket": "BILL-142", "until": until(30)}
              for engine in engines]
    return copy.deepcopy({
        "org": {"version": 1, "engines": [*engines], "servers": {SERVERS[e]: {"engine": e} for e in engines},
                "defaults": {"mode": "enforce", "max_share_days": 180},
                "common": [place(COMMON[engine], engine) for engine in engines]},
        "order-service": service("order-service", "orders", "checkout", ["orders"], *engines),
        "billing-service": service("billing-service", "billing", "payments", ["billing"], *engines),
        "catalog-service": service("catalog-service", "catalog", "assortment", ["catalog"], *engines),
        "user-service": service("user-service", "users", "identity", ["users", "users_api_v1"], *engines,
                                publishes=published, shares=shares)})


def files(policies):
    """Relative path -> text. JSON is YAML; the dates are text in both."""
    out = {}
    for name, content in policies.items():
        path = "org.yaml" if name == "org" else f"services/{name}.yaml"
        out[path] = json.dumps(content, indent=1)
    return out
