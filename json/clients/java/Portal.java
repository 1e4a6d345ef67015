// The routes of a small portal. The test sends them as lines: {route, session, body}; a web framework calls `route`.

import java.io.*;
import java.util.*;

final class Portal {
    private static final String USER = "YWRhJ3MgaGFuZGxlLCAxNiBieXRlcw"; // of the account that is signed in by other means
    private static final Map<String, Object> FAILED = Map.of("status", 400, "body", Map.of("code", "failed"));
    private static final Map<String, Object> CONSENT = Map.of(
            "purpose", "consent", "subject", "patient 7", "signer", "Ada Lovelace", "meaning", "I agree", "time", 1795392000,
            "items", List.of(Map.of("type", "text/plain", "content", "U2hhcmUgbXkgcmVzdWx0cw")));
    private final Wardkey.States states = new Wardkey.States();
    private final Map<String, Map<String, Object>> records = new LinkedHashMap<>();
    private final Map<String, Object> proofs = new HashMap<>(); // re-authentications by web session
    private final List<Object> receipts = new ArrayList<>(); // signed documents
    private final Wardkey wardkey;

    private Portal(String path) {
        wardkey = new Wardkey(path);
    }

    private static Map<String, Object> done(Object body) {
        return Map.of("status", 200, "body", body);
    }

    private static Map<String, Object> members(String session) {
        return new HashMap<>(Map.of("session", session, "now", System.currentTimeMillis() / 1000));
    }

    private Map<String, Object> start(String action, Map<String, Object> members) throws IOException, Wardkey.Refused {
        var started = wardkey.call(action, members);
        states.put((String) started.get("state_id"), started.get("state"));
        return done(started.get("options"));
    }

    private Map<String, Object> route(String path, String session, Object body) throws IOException, Wardkey.Refused {
        var members = members(session);
        switch (path) {
            case "/register/start" -> {
                members.putAll(Map.of("user", USER, "name", "ada@mail.example", "existing", records.values()));
                return start("start-registration", members);
            }
            case "/sign-in/start" -> {
                return start("start-authentication", members);
            }
            case "/confirm/start" -> { // re-authentication for one act
                members.putAll(Map.of("user", USER, "records", records.values(), "purpose", "export", "lifetime_secs", 60));
                return start("start-reauthentication", members);
            }
            case "/consent/start" -> {
                members.putAll(Map.of("user", USER, "records", records.values(), "document", CONSENT));
                return start("start-confirmation", members);
            }
            case "/export" -> {
                Object proof = proofs.remove(session);
                if (proof == null) return FAILED;
                members.remove("session");
                members.putAll(Map.of("reauthentication", proof, "user", USER, "purpose", "export"));
                wardkey.call("spend-reauthentication", members);
                return done(Map.of("receipts", receipts.size()));
            }
            default -> {}
        }
        var ids = wardkey.call("read-response", Map.of("response", body));
        Object state = states.remove(ids.get("state_id"));
        var record = records.get(ids.get("credential_id"));
        if (state == null) return FAILED; // never started, or used already
        members.putAll(Map.of("state", state, "response", body));
        if (path.equals("/register/finish")) {
            members.put("stored", record);
            var claimed = Json.object(wardkey.call("finish-registration", members).get("record"));
            records.put((String) claimed.get("id"), claimed);
            return done(Map.of("registered", claimed.get("id")));
        }
        members.put("record", record);
        if (path.equals("/consent/finish")) members.put("document", CONSENT);
        var done = wardkey.call(switch (path) {
            case "/confirm/finish" -> "finish-reauthentication";
            case "/consent/finish" -> "finish-confirmation";
            default -> "finish-authentication";
        }, members);
        if (done.get("update") != null) { // in SQL: UPDATE … SET <set> WHERE <expect>, and one row must change
            var update = Json.object(done.get("update"));
            if (!record.entrySet().containsAll(Json.object(update.get("expect")).entrySet())) return FAILED;
            record.putAll(Json.object(update.get("set")));
        }
        if (done.containsKey("reauthentication")) proofs.put(session, done.get("reauthentication"));
        if (done.containsKey("receipt")) receipts.add(done.get("receipt"));
        return done(Map.of("user", done.get("user"), "factor", done.get("factor")));
    }

    public static void main(String[] arguments) throws IOException {
        var portal = new Portal(arguments[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line; (line = lines.readLine()) != null; ) {
            var request = Json.object(Json.read(line));
            Map<String, Object> answer;
            try {
                answer = portal.route((String) request.get("route"), (String) request.get("session"), request.get("body"));
            } catch (Wardkey.Refused refused) {
                System.err.println(refused.getMessage());
                answer = Map.of("status", 400, "body", refused.tell);
            }
            System.out.println(Json.write(answer));
        }
    }
}
