import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
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

  static class DurableBackend extends H2Backend {
    DurableBackend(String file) {
      super(open(file));
    }

    private static MVStore open(String file) {
      MVStore store = new MVStore.Builder().fileName(file).autoCompactFillRate(80).open();
      // With MVStore's default retention of 45 s the file grows by about 2 KB a write.
      store.setRetentionTime(1000);
      store.setVersionsToKeep(0);
      return store;
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document reply = super.handleMessage(message);
      if (!READS.contains(message.getDocument().keySet().iterator().next())) commit();
      return reply;
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
