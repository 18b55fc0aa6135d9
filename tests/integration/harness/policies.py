"""The policy files of the tests, as Python data: each test changes what it needs."""
import copy
import datetime
import json

SHOP = {"server": "shop-pg", "database": "shop"}


def until(days):
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days)).isoformat()


def service(name, login, team, schemas, **more):
    return {"service": name, "team": team, "contact": f"#team-{team}",
            "api": f"https://{login}.shop.example/openapi.json",
            "identities": [{"login": login}, {"certificate": f"spiffe://shop.example/{name}"}],
            "owns": [{**SHOP, "schema": s} for s in schemas], **more}


def shop():
    """{"org": …, "order-service": …}"""
    return copy.deepcopy({
        "org": {"version": 1, "engines": ["postgresql"], "servers": {"shop-pg": {"engine": "postgresql"}},
                "defaults": {"mode": "enforce", "max_share_days": 180},
                "common": [{**SHOP, "schema": "extensions"}]},
        "order-service": service("order-service", "orders", "checkout", ["orders"]),
        "billing-service": service("billing-service", "billing", "payments", ["billing"]),
        "catalog-service": service("catalog-service", "catalog", "assortment", ["catalog"]),
        "user-service": service(
            "user-service", "users", "identity", ["users", "users_api_v1"],
            publishes=[{"name": "accounts-v1", **SHOP, "schema": "users_api_v1",
                        "to": ["order-service", "billing-service"]}],
            shares=[{"with": "billing-service", **SHOP, "schema": "users", "tables": {"accounts": ["id", "email"]},
                     "access": "read", "reason": "billing joins accounts", "ticket": "BILL-142", "until": until(30)}])})


def files(policies):
    """Relative path -> text. JSON is YAML; the dates are text in both."""
    out = {}
    for name, content in policies.items():
        path = "org.yaml" if name == "org" else f"services/{name}.yaml"
        out[path] = json.dumps(content, indent=1)
    return out
