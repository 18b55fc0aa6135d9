import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Properties;

/** MariaDB's JDBC driver through ringfence: prints "name=value" lines. Arguments: URL, user, password. */
public final class MyClient {
    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        login.setProperty("user", arguments[1]);
        login.setProperty("password", arguments[2]);
        try (Connection c = DriverManager.getConnection(arguments[0], login)) {
            work(c);
            about(c);
            denied(c);
        }
    }

    private static void work(Connection c) throws Exception {
        try (PreparedStatement p = c.prepareStatement("SELECT count(*) FROM orders WHERE user_id > ?")) {
            for (int i = 0; i < 8; i++) {
                p.setLong(1, 0);
                show("prepared", number(p.executeQuery()));
            }
        }
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            s.setFetchSize(100);            // rows as they come
            int rows = 0;
            try (ResultSet r = s.executeQuery("SELECT id, placed_at FROM orders ORDER BY id")) {
                while (r.next()) rows += r.getTimestamp(2) == null ? 0 : 1;
            }
            show("streamed", rows);
        }
        try (PreparedStatement p = c.prepareStatement("INSERT INTO orders (user_id, status) VALUES (?, ?)",
                                                      Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 200; i++) {
                p.setInt(1, 900 + i);
                if (i % 2 == 0) p.setString(2, "placed"); else p.setObject(2, "paid");
                p.addBatch();
            }
            show("batch", p.executeBatch().length);
            int keys = 0;
            try (ResultSet r = p.getGeneratedKeys()) {
                while (r.next()) keys++;
            }
            show("keys", keys);
        }
        c.rollback();
        try (Statement s = c.createStatement()) {
            s.execute("SELECT 1; SELECT 2");
            int results = 1;
            while (s.getMoreResults()) results++;
            show("results", results);
            s.setQueryTimeout(30);
            show("timed", number(s.executeQuery("SELECT 5")));
            s.setQueryTimeout(0);
            s.execute("CREATE TEMPORARY TABLE incoming (n int, t varchar(20))");
            java.io.File file = java.io.File.createTempFile("rows", ".csv");
            java.nio.file.Files.write(file.toPath(), "1\ta\n2\tb\n3\tc\n".getBytes(StandardCharsets.UTF_8));
            show("loaded", s.executeUpdate("LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE incoming"));
            file.delete();
        }
        try (PreparedStatement p = c.prepareStatement("SELECT ?, length(?), ?")) {
            p.setString(1, "grüße 🐘");
            p.setBinaryStream(2, new ByteArrayInputStream(new byte[3_000_000]));
            p.setNull(3, Types.INTEGER);
            try (ResultSet r = p.executeQuery()) {
                r.next();
                show("values", r.getString(1) + " " + r.getInt(2) + " " + r.getString(3));
            }
        }
        c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        c.setReadOnly(true);
        show("isolation", c.getTransactionIsolation());
        c.setReadOnly(false);
        c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        c.setCatalog("orders");
        show("catalog", c.getCatalog());
        show("valid", c.isValid(5));
        c.commit();
    }

    private static void about(Connection c) throws SQLException {
        DatabaseMetaData about = c.getMetaData();
        show("tables", count(about.getTables("orders", null, "%", new String[] {"TABLE"})));
        show("columns", count(about.getColumns("orders", null, "order_lines", "%")));
        show("primary", count(about.getPrimaryKeys("orders", null, "order_lines")));
        show("imported", count(about.getImportedKeys("orders", null, "order_lines")));
        show("exported", count(about.getExportedKeys("orders", null, "orders")));
        show("indexes", count(about.getIndexInfo("orders", null, "orders", false, true)));
        show("types", count(about.getTypeInfo()) > 10);
        try (PreparedStatement p = c.prepareStatement("SELECT id, status FROM orders WHERE id = ?")) {
            show("described", p.getMetaData().getColumnCount() + " " + p.getParameterMetaData().getParameterCount());
        }
        try (CallableStatement call = c.prepareCall("{? = call tools.slug(?)}")) {
            call.registerOutParameter(1, Types.VARCHAR);
            call.setString(2, "Two Words");
            call.execute();
            show("called", call.getString(1));
        }
        c.commit();
    }

    private static void denied(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.executeUpdate("INSERT INTO orders (user_id) VALUES (995001)");
        }
        try (PreparedStatement p = c.prepareStatement("SELECT email FROM users.accounts WHERE id = ?")) {
            p.setLong(1, 1);
            p.executeQuery();
            show("denied", "no");
        } catch (SQLException e) {
            show("denied", e.getErrorCode() + " " + e.getSQLState());
            show("message", e.getMessage());
        }
        try (Statement s = c.createStatement()) {
            show("after", number(s.executeQuery("SELECT count(*) FROM orders WHERE user_id = 995001")));
        }
        c.rollback();
    }

    private static int count(ResultSet r) throws SQLException {
        int n = 0;
        try (r) {
            while (r.next()) n++;
        }
        return n;
    }

    private static long number(ResultSet r) throws SQLException {
        r.next();
        return r.getLong(1);
    }

    private static void show(String name, Object value) {
        System.out.println(name + "=" + value);
    }
}
