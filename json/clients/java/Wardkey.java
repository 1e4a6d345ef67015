// A client of the process wardkey over its Unix socket, and a store of states. Java 17 or later, no libraries.

import java.io.*;
import java.net.*;
import java.nio.channels.*;
import java.util.*;

/** One connection, which is opened again when it was closed. A request changes nothing, so it may be sent twice. */
final class Wardkey {
    private final SocketAddress address;
    private BufferedReader from;
    private Writer to;
    private long number;

    Wardkey(String path) {
        address = UnixDomainSocketAddress.of(path);
    }

    /** An answer with an error: `tell` is the body for the browser, the message is the line for the log. */
    static final class Refused extends Exception {
        final Object tell, code;

        Refused(Map<String, Object> answer, Map<String, Object> error) {
            super((String) answer.get("log"));
            tell = error.get("tell");
            code = error.get("code");
        }
    }

    /** Delete-and-return: `remove` takes each state once. In SQL: DELETE FROM states WHERE id = ? RETURNING state. */
    static final class States extends java.util.concurrent.ConcurrentHashMap<String, Object> {}

    synchronized Map<String, Object> call(String action, Map<String, Object> members) throws IOException, Refused {
        var request = new LinkedHashMap<String, Object>(Map.of("v", 1, "id", ++number, "do", action));
        request.putAll(members);
        String line = Json.write(request), text = exchange(line);
        if (text == null && (text = exchange(line)) == null) throw new IOException("wardkey gave no answer");
        Map<String, Object> answer = Json.object(Json.read(text));
        if (answer.containsKey("error")) throw new Refused(answer, Json.object(answer.get("error")));
        return Json.object(answer.get("ok"));
    }

    private String exchange(String line) throws IOException {
        try {
            if (from == null) {
                var channel = SocketChannel.open(address);
                from = new BufferedReader(Channels.newReader(channel, "UTF-8"));
                to = Channels.newWriter(channel, "UTF-8");
            }
            to.write(line + "\n");
            to.flush();
            String answer = from.readLine();
            if (answer != null) return answer;
        } catch (IOException closed) { // such as after a minute without requests
        }
        if (from != null) from.close();
        from = null;
        return null;
    }
}
