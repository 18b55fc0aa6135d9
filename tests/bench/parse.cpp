// What the analysis of one statement costs, in nanoseconds: taken in for the first time (parse),
// and before that, its text without its literals, which may have been seen already (skeleton).
//
//   bench_parse [name of one text]
#include "policy/sql/analyzer.h"
#include "policy/sql/mysql_analyzer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace ringfence;

struct sample {
    const char* name;
    std::string text;
};

std::string orm_select() {
    std::string text = "SELECT ";
    for (const auto* column : {"id", "user_id", "status", "placed_at", "currency", "total_amount"})
        text += std::string("o.") + column + " AS orders_" + column + ", ";
    for (const auto* column : {"id", "order_id", "product_id", "quantity", "unit_price"})
        text += std::string("l.") + column + " AS order_lines_" + column + ", ";
    for (const auto* column : {"id", "name", "sku", "created_at"})
        text += std::string("p.") + column + " AS products_" + column + ", ";
    text += "count(r.id) AS returned FROM orders AS o "
            "INNER JOIN order_lines AS l ON l.order_id = o.id "
            "INNER JOIN products AS p ON p.id = l.product_id "
            "LEFT OUTER JOIN returns AS r ON r.order_line_id = l.id AND r.accepted = 1 "
            "WHERE o.user_id = 48151623 AND o.status IN ('placed', 'paid', 'shipped') "
            "AND o.placed_at >= '2026-01-01 00:00:00' AND (p.name LIKE 'red%' OR p.sku = 'R-77') "
            "GROUP BY o.id, l.id, p.id ORDER BY o.placed_at DESC, o.id ASC LIMIT 20";
    return text;
}

std::string wide_insert() {
    std::string columns;
    std::string values;
    for (int i = 0; i < 40; ++i) {
        columns += (i == 0 ? "" : ", ") + std::string("attribute_") + std::to_string(i);
        values += (i == 0 ? "" : ", ") +
                  (i % 2 == 0 ? std::to_string(i * 7919) : "'value " + std::to_string(i) + "'");
    }
    return "INSERT INTO products (" + columns + ") VALUES (" + values + ")";
}

// The best of several rounds of a few milliseconds each.
template <class F>
double nanoseconds(F work) {
    using clock = std::chrono::steady_clock;
    double best = 1e18;
    int times = 16;
    for (int round = 0; round < 24; ++round) {
        const auto start = clock::now();
        for (int i = 0; i < times; ++i)
            work();
        const double took = std::chrono::duration<double, std::nano>(clock::now() - start).count();
        best = std::min(best, took / times);
        times = std::max(16, static_cast<int>(4e6 / best));
    }
    return best;
}

} // namespace

int main(int argc, char** argv) {
    const sample samples[] = {
        {"point select", "SELECT c FROM sbtest1 WHERE id=498273"},
        {"point update", "UPDATE sbtest1 SET k=k+1 WHERE id=498273"},
        {"short insert", "INSERT INTO sbtest1 (id, k, c, pad) VALUES (501, 49, 'abcdefgh', 'xyz')"},
        {"orm select", orm_select()},
        {"wide insert", wide_insert()},
    };
    sql::mysql_scope on_mysql;
    on_mysql.version = 80400;
    on_mysql.schema = "shop";
    auto on_mariadb = on_mysql;
    on_mariadb.flavour = sql::mysql_flavour::mariadb;
    on_mariadb.version = 101119;
    sql::scope on_postgresql;
    on_postgresql.database = "shop";
    on_postgresql.path = {"shop"};

    std::printf("%-14s %6s | %8s %8s %10s | %8s %10s\n", "ns", "bytes", "mysql", "mariadb",
                "postgresql", "mysql", "postgresql");
    std::printf("%-14s %6s | %-28s | %s\n", "", "", "parsed anew", "skeleton");
    for (const auto& [name, text] : samples) {
        if (argc > 1 && std::string_view(argv[1]) != name)
            continue;
        std::string out;
        if (!sql::analyze_mysql(text, on_mysql).analysed() ||
            !sql::literal_skeleton_mysql(text, on_mysql.mode, out)) {
            std::printf("%s is not understood\n", name);
            return 1;
        }
        const auto mysql = nanoseconds([&] { (void)sql::analyze_mysql(text, on_mysql); });
        const auto mariadb = nanoseconds([&] { (void)sql::analyze_mysql(text, on_mariadb); });
        double postgresql = 0;
        sql::with_large_stack([&] {
            postgresql = nanoseconds([&] { (void)sql::analyze_postgresql(text, on_postgresql); });
        });
        const auto bare =
            nanoseconds([&] { (void)sql::literal_skeleton_mysql(text, on_mysql.mode, out); });
        const auto bare_postgresql =
            nanoseconds([&] { (void)sql::literal_skeleton_postgresql(text, out); });
        std::printf("%-14s %6zu | %8.0f %8.0f %10.0f | %8.0f %10.0f\n", name, text.size(), mysql,
                    mariadb, postgresql, bare, bare_postgresql);
    }
    return 0;
}
