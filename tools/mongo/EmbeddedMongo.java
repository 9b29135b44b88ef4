import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * The embedded database: MongoDB's wire protocol (mongo-java-server) on H2's MVStore, every write committed before it
 * is acknowledged, so that a kill -9 loses nothing that a client was told is stored.
 *
 * <p>Usage: {@code EmbeddedMongo <port> <file>}. It is not MongoDB: no transactions, no change streams, TTL indexes do
 * not expire. Set MONGODB_URI to use a real one.
 */
public class EmbeddedMongo {
  static final Set<String> READS =
      Set.of(
          "find", "aggregate", "count", "distinct", "getMore", "hello", "isMaster", "ismaster", "ping",
          "listCollections", "listIndexes", "buildInfo", "endSessions", "killCursors", "dbStats", "collStats",
          "serverStatus");

  /** The one store of the process: a database opens its collections before it could keep the store in a field of its own. */
  static MVStore store;

  static class DurableBackend extends H2Backend {
    DurableBackend(String file) {
      super(open(file));
    }

    private static MVStore open(String file) {
      store = new MVStore.Builder().fileName(file).autoCompactFillRate(80).open();
      // With MVStore's default retention of 45 s the file grows by about 2 KB a write.
      store.setRetentionTime(1000);
      store.setVersionsToKeep(0);
      return store;
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      return new QuickDatabase(name, getMvStore(), getCursorRegistry());
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document reply = super.handleMessage(message);
      if (!READS.contains(message.getDocument().keySet().iterator().next())) commit();
      return reply;
    }
  }

  static class QuickDatabase extends H2Database {
    QuickDatabase(String name, MVStore store, CursorRegistry cursors) {
      super(name, store, cursors);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
      String full = getFullCollectionNamespace(name);
      return new QuickCollection(
          this, name, options, store.openMap("databases." + full), store.openMap("meta." + full), cursorRegistry);
    }
  }

  /**
   * MongoDB serves {@code $in} over an array from an index; this database reads every document, and the library compares
   * every value with every element. Here a set decides that condition where the value is a text or a list of texts; the
   * library decides on all else.
   */
  static class QuickCollection extends H2Collection {
    private enum Answer { YES, NO, UNSURE }

    private record Condition(String[] path, Set<Object> values) {}

    /** A query taken apart: its conditions that are {@code $in} over texts, and the rest. */
    private record Parts(Document query, List<Condition> conditions, Document rest) {}

    private volatile Parts last = new Parts(null, List.of(), null);

    QuickCollection(
        MongoDatabase database,
        String name,
        CollectionOptions options,
        MVMap<Object, Document> data,
        MVMap<String, Object> meta,
        CursorRegistry cursors) {
      super(database, name, options, data, meta, cursors);
    }

    @Override
    protected boolean documentMatchesQuery(Document document, Document query) {
      Parts parts = partsOf(query);
      boolean sure = true;
      for (Condition condition : parts.conditions()) {
        Answer answer = ask(document, condition, 0);
        if (answer == Answer.NO) return false;
        sure &= answer == Answer.YES;
      }
      return super.documentMatchesQuery(document, sure ? parts.rest() : query);
    }

    /**
     * The library changes a stored document in place, one field after the other, while others that have found it are still being
     * sent it: they would read an old value beside a new revision. So whatever is found is a copy; it is put in the place of the
     * stored one as a whole when it is changed.
     */
    @Override
    protected QueryResult createQueryResult(List<Document> found, int batchSize) {
      return super.createQueryResult(found.stream().map(Document::clone).collect(Collectors.toList()), batchSize);
    }

    /** Made once for all documents of a query. */
    private Parts partsOf(Document query) {
      Parts known = last;
      if (known.query() == query) return known;
      List<Condition> conditions = new ArrayList<>();
      Document rest = new Document();
      for (Map.Entry<String, Object> entry : query.entrySet())
        if (!entry.getKey().startsWith("$")
            && entry.getValue() instanceof Document operators
            && operators.size() == 1
            && operators.get("$in") instanceof Collection<?> values
            && values.stream().allMatch(String.class::isInstance))
          conditions.add(new Condition(entry.getKey().split("\\."), new HashSet<>(values)));
        else rest.put(entry.getKey(), entry.getValue());
      return last = new Parts(query, conditions, rest);
    }

    private static Answer ask(Object value, Condition condition, int at) {
      if (at < condition.path().length)
        return value instanceof Document document ? ask(document.get(condition.path()[at]), condition, at + 1) : Answer.UNSURE;
      if (value instanceof String) return condition.values().contains(value) ? Answer.YES : Answer.NO;
      if (!(value instanceof Collection<?> values)) return Answer.UNSURE;
      boolean texts = true;
      for (Object each : values) {
        if (condition.values().contains(each)) return Answer.YES;
        texts &= each instanceof String;
      }
      return texts ? Answer.NO : Answer.UNSURE;
    }
  }

  /** The Node driver 7 asks for wire version 9 or newer; the server's own highest preset says 8. */
  static class Version implements MongoVersion {
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    public int getWireVersion() {
      return 9;
    }

    public String toVersionString() {
      return "5.0.0";
    }
  }

  public static void main(String[] args) throws Exception {
    DurableBackend backend = new DurableBackend(args[1]);
    backend.version(new Version());
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("ready");
    Thread.currentThread().join();
  }
}
