import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * Everything that DatabaseMetaData tells of one schema, a line per call, a tab-separated line per row. Arguments: URL,
 * user, password, schema.
 */
public final class Metadata {
    private static Connection connection;

    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        login.setProperty("user", arguments[1]);
        login.setProperty("password", arguments[2]);
        String schema = arguments[3];
        try (Connection c = DriverManager.getConnection(arguments[0], login)) {
            connection = c;
            DatabaseMetaData about = c.getMetaData();
            simple(about);
            rows("getCatalogs", about.getCatalogs());
            rows("getSchemas", about.getSchemas());
            rows("getSchemas " + schema, about.getSchemas(null, schema));
            rows("getTableTypes", about.getTableTypes());
            rows("getTypeInfo", about.getTypeInfo());
            rows("getClientInfoProperties", about.getClientInfoProperties());
            rows("getUDTs", about.getUDTs(null, schema, "%", null));
            rows("getFunctions", about.getFunctions(null, schema, "%"));
            rows("getFunctionColumns", about.getFunctionColumns(null, schema, "%", "%"));
            rows("getProcedures", about.getProcedures(null, schema, "%"));
            rows("getProcedureColumns", about.getProcedureColumns(null, schema, "%", "%"));
            rows("getTables", about.getTables(null, schema, "%", null));
            rows("getTables of some types", about.getTables(null, schema, "p%", new String[] {"TABLE", "VIEW",
                "INDEX"}));
            rows("getColumns", about.getColumns(null, schema, "%", "%"));
            rows("getColumns anywhere", about.getColumns(null, null, "person", "%a%"));
            rows("getTablePrivileges", about.getTablePrivileges(null, schema, "%"));
            for (String table : names(about, schema)) table(about, schema, table);
            rows("getCrossReference", about.getCrossReference(null, schema, "person", null, schema, "pet"));
            results("SELECT * FROM person");
            results("SELECT p.name, count(*) AS n FROM person p GROUP BY 1");
            parameters("INSERT INTO person (name, mood, size, whole) VALUES (?, ?::mood, ?, NULL)");
            session(c);
        }
    }

    private static void table(DatabaseMetaData about, String schema, String table) throws Exception {
        rows("getPrimaryKeys " + table, about.getPrimaryKeys(null, schema, table));
        rows("getImportedKeys " + table, about.getImportedKeys(null, schema, table));
        rows("getExportedKeys " + table, about.getExportedKeys(null, schema, table));
        rows("getIndexInfo " + table, about.getIndexInfo(null, schema, table, false, true));
        rows("getIndexInfo unique " + table, about.getIndexInfo(null, schema, table, true, false));
        rows("getBestRowIdentifier " + table,
            about.getBestRowIdentifier(null, schema, table, DatabaseMetaData.bestRowSession, true));
        rows("getVersionColumns " + table, about.getVersionColumns(null, schema, table));
        rows("getColumnPrivileges " + table, about.getColumnPrivileges(null, schema, table, "%"));
    }

    private static List<String> names(DatabaseMetaData about, String schema) throws Exception {
        List<String> found = new ArrayList<>();
        try (ResultSet r = about.getTables(null, schema, "%", new String[] {"TABLE", "PARTITIONED TABLE", "VIEW"})) {
            while (r.next()) found.add(r.getString("TABLE_NAME"));
        }
        return found;
    }

    /** All methods without arguments. */
    private static void simple(DatabaseMetaData about) throws Exception {
        Method[] methods = DatabaseMetaData.class.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method m : methods) {
            boolean other = m.getReturnType() == Connection.class || m.getReturnType() == ResultSet.class;
            if (m.getParameterCount() == 0 && !other && !m.getName().equals("getURL"))
                optional(m.getName(), () -> m.invoke(about));
        }
        optional("getAttributes", () -> about.getAttributes(null, null, "%", "%"));
        optional("getPseudoColumns", () -> about.getPseudoColumns(null, null, "%", "%"));
        optional("getSuperTables", () -> about.getSuperTables(null, null, "%"));
        optional("getSuperTypes", () -> about.getSuperTypes(null, null, "%"));
    }

    /** What not every version of the driver has. */
    private static void optional(String name, Callable<Object> call) throws Exception {
        try {
            Object answer = call.call();
            if (answer instanceof ResultSet r)
                rows(name, r);
            else
                System.out.println("== " + name + "\n" + answer);
        } catch (SQLFeatureNotSupportedException e) {
            System.out.println("== " + name + "\nnot there");
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof SQLFeatureNotSupportedException)) throw e;
            System.out.println("== " + name + "\nnot there");
        }
    }

    /** What a grid needs to edit a result: the driver asks for tables, keys and identity of its columns. */
    private static void results(String sql) throws Exception {
        System.out.println("== result of " + sql);
        try (Statement s = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
             ResultSet r = s.executeQuery(sql)) {
            ResultSetMetaData m = r.getMetaData();
            for (int i = 1; i <= m.getColumnCount(); i++)
                System.out.println(String.join("\t", m.getColumnLabel(i), m.getTableName(i), m.getSchemaName(i),
                    m.getColumnTypeName(i), m.getColumnClassName(i), "" + m.isAutoIncrement(i) + m.isNullable(i)
                    + m.isWritable(i), "" + m.getPrecision(i) + "/" + m.getScale(i)));
            if (r.getConcurrency() == ResultSet.CONCUR_UPDATABLE && sql.startsWith("SELECT *") && r.next()) {
                r.updateInt("size", 5);
                r.updateRow();
                r.refreshRow();
                System.out.println("updated to " + r.getInt("size"));
            }
        }
    }

    private static void parameters(String sql) throws Exception {
        System.out.println("== parameters of " + sql);
        try (PreparedStatement p = connection.prepareStatement(sql)) {
            for (int i = 1; i <= p.getParameterMetaData().getParameterCount(); i++)
                System.out.println(p.getParameterMetaData().getParameterTypeName(i));
        }
    }

    private static void session(Connection c) throws Exception {
        System.out.println("== session\n" + c.getSchema() + c.getCatalog() + c.isValid(5) + c.isReadOnly()
            + c.getTransactionIsolation() + c.getNetworkTimeout() + c.getHoldability());
        c.setSchema(c.getSchema());
        c.setClientInfo("ApplicationName", "a grid");
        c.setReadOnly(true);
        c.setReadOnly(false);
        c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        c.setAutoCommit(false);
        c.releaseSavepoint(c.setSavepoint("here"));
        c.rollback(c.setSavepoint());
        c.commit();
        Object array = c.createArrayOf("mood", new Object[] {"sad", "ok"});
        try (PreparedStatement p = c.prepareStatement("SELECT ?::mood[], ARRAY[1, 2], (1, 'b')::pair, now()")) {
            p.setObject(1, array);
            try (ResultSet r = p.executeQuery()) {
                r.next();
                System.out.println(r.getArray(1) + "" + r.getArray(2) + r.getObject(3));
            }
        }
        try (Statement s = c.createStatement()) {
            s.execute("INSERT INTO fleeting VALUES (1) RETURNING n", Statement.RETURN_GENERATED_KEYS);
            s.executeUpdate("INSERT INTO person (name) VALUES ('generated')", new String[] {"id"});
            try (ResultSet r = s.getGeneratedKeys()) {
                System.out.println(r.next());
            }
        }
        c.rollback();
    }

    private static void rows(String call, ResultSet r) throws Exception {
        System.out.println("== " + call);
        int columns = r.getMetaData().getColumnCount();
        while (r.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns; i++) row.add(String.valueOf(r.getString(i)));
            System.out.println(String.join("\t", row));
        }
        r.close();
    }
}
