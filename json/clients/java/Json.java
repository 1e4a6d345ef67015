// JSON for the client, because the standard library has none. If your portal has a JSON library, use that.

import java.util.*;

final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) at++;
        return text.charAt(at);
    }

    private boolean more(char end) {
        if (next() == ',') at++;
        if (next() != end) return true;
        at++;
        return false;
    }

    private Object value() {
        char first = next();
        if (first == '"') return string();
        if (first == '{') {
            var map = new LinkedHashMap<String, Object>();
            for (at++; more('}'); ) {
                String name = string();
                next();
                at++; // the colon
                map.put(name, value());
            }
            return map;
        }
        if (first == '[') {
            var list = new ArrayList<Object>();
            for (at++; more(']'); ) list.add(value());
            return list;
        }
        int start = at;
        while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) at++;
        String word = text.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true", "false" -> Boolean.valueOf(word);
            default -> new java.math.BigDecimal(word);
        };
    }

    private String string() {
        next();
        var out = new StringBuilder();
        while (text.charAt(++at) != '"') {
            char c = text.charAt(at);
            if (c == '\\') {
                c = text.charAt(++at);
                int escape = "bfnrt".indexOf(c);
                if (escape >= 0) c = "\b\f\n\r\t".charAt(escape);
                if (c == 'u') c = (char) Integer.parseInt(text.substring(at + 1, (at += 4) + 1), 16);
            }
            out.append(c);
        }
        at++;
        return out.toString();
    }

    static String write(Object value) {
        if (value instanceof Map<?, ?> map) {
            var out = new StringJoiner(",", "{", "}");
            map.forEach((name, member) -> out.add(write(name) + ":" + write(member)));
            return out.toString();
        }
        if (value instanceof Collection<?> list) {
            var out = new StringJoiner(",", "[", "]");
            list.forEach(item -> out.add(write(item)));
            return out.toString();
        }
        if (!(value instanceof String text)) return String.valueOf(value);
        var out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c == '"' || c == '\\') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
