import java.io.StringReader;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** The JDBC driver through ringfence: prints "name=value" lines. Arguments: URL, user, password. */
public final class ShopClient {
    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        login.setProperty("user", arguments[1]);
        login.setProperty("password", arguments[2]);
        try (Connection c = DriverManager.getConnection(arguments[0], login)) {
            work(c);
        }
    }

    private static void work(Connection c) throws Exception {
        try (PreparedStatement p = c.prepareStatement("SELECT count(*) FROM orders WHERE user_id > ?")) {
            for (int i = 0; i < 8; i++) {   // from the fifth on it is a named statement on the server
                p.setLong(1, 0);
                show("prepared", number(p.executeQuery()));
            }
        }
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            s.setFetchSize(100);            // a portal with a row limit
            int rows = 0;
            try (ResultSet r = s.executeQuery("SELECT id FROM orders ORDER BY id")) {
                while (r.next()) rows++;
            }
            show("portal", rows);
        }
        try (PreparedStatement p = c.prepareStatement("INSERT INTO orders (user_id, status) VALUES (?, ?)")) {
            for (int i = 0; i < 200; i++) {
                p.setInt(1, 900 + i);
                p.setString(2, "placed");
                p.addBatch();
            }
            int inserted = 0;
            for (int n : p.executeBatch()) inserted += n;
            show("batch", inserted);
        }
        c.rollback();
        DatabaseMetaData about = c.getMetaData();
        try (ResultSet tables = about.getTables(null, "orders", "%", new String[] {"TABLE"})) {
            int n = 0;
            while (tables.next()) n++;
            show("tables", n);
        }
        try (ResultSet columns = about.getColumns(null, "orders", "order_lines", "%")) {
            int n = 0;
            while (columns.next()) n++;
            show("columns", n);
        }
        c.commit();
        denied(c);
        c.setAutoCommit(true);
        try (Statement s = c.createStatement()) {
            s.execute("CREATE TEMP TABLE incoming (n int)");
            long copied = c.unwrap(PGConnection.class).getCopyAPI()
                .copyIn("COPY incoming FROM STDIN", new StringReader("1\n2\n3\n"));
            show("copied", copied);
        }
    }

    private static void denied(Connection c) throws SQLException {
        try (PreparedStatement p = c.prepareStatement("SELECT email FROM users.accounts WHERE id = ?")) {
            p.setLong(1, 1);
            p.executeQuery();
            show("denied", "no");
        } catch (PSQLException e) {
            show("denied", e.getSQLState());
            show("schema", e.getServerErrorMessage().getSchema());
            show("table", e.getServerErrorMessage().getTable());
            show("hint", e.getServerErrorMessage().getHint());
        }
        try (Statement s = c.createStatement()) {
            s.executeQuery("SELECT 1");
            show("aborted", "no");
        } catch (PSQLException e) {
            show("aborted", e.getSQLState());
        }
        c.rollback();
        try (Statement s = c.createStatement()) {
            show("after", number(s.executeQuery("SELECT 1")));
        }
        c.commit();
    }

    private static long number(ResultSet r) throws SQLException {
        r.next();
        return r.getLong(1);
    }

    private static void show(String name, Object value) {
        System.out.println(name + "=" + value);
    }
}
