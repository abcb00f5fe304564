package isnad.analysis;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.lucene.analysis.charfilter.NormalizeCharMap;

/** The rules of the `mapping` char filter, `from => to`, with the escapes \\ \n \t \r \b \f and \\uXXXX on both sides. */
final class Mappings {

    private static final Pattern RULE = Pattern.compile("(.*)\\s*=>\\s*(.*)\\s*$");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9A-Fa-f]{4})|(.))");

    private Mappings() {}

    static NormalizeCharMap read(List<String> rules) {
        if (rules == null) {
            throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured");
        }
        NormalizeCharMap.Builder builder = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            Matcher sides = RULE.matcher(rule);
            if (!sides.find()) {
                throw new IllegalArgumentException("Invalid Mapping Rule: [" + rule + "]");
            }
            builder.add(unescape(sides.group(1).strip()), unescape(sides.group(2).strip()));
        }
        return builder.build();
    }

    private static String unescape(String side) {
        return ESCAPE.matcher(side).replaceAll(found -> {
            if (found.group(1) != null) {
                return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16)));
            }
            String character = switch (found.group(2)) {
                case "n" -> "\n";
                case "t" -> "\t";
                case "r" -> "\r";
                case "b" -> "\b";
                case "f" -> "\f";
                default -> found.group(2);
            };
            return Matcher.quoteReplacement(character);
        });
    }
}
