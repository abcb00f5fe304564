package isnad.analysis;

import java.io.Reader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.ar.ArabicStemFilter;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.fa.PersianNormalizationFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.PatternKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredCharFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The part of Elasticsearch's stock module `analysis-common` that Arabic search needs, under the same names and options.
 *
 * The small server of the local stack comes without that module, but with the Lucene classes behind it. Index settings name
 * stock filters only, so they run unchanged on a full Elasticsearch; this plugin must never offer a name or an option
 * that the stock module lacks. `stop`, `shingle` and the tokenizer `standard` are in the server itself. `pattern_capture`,
 * `unique` and `uax_url_email` are also what the server's own security index is made with.
 */
public final class AnalysisCommon extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> filters = new HashMap<>();
        // Every index makes one of each with no settings at all, so those that can't do without say so.
        // Those that also work on a keyword's normalizer: they change characters, never the number of tokens.
        filters.put("arabic_normalization", normalizing(settings -> ArabicNormalizationFilter::new));
        filters.put("persian_normalization", normalizing(settings -> PersianNormalizationFilter::new));
        filters.put("decimal_digit", normalizing(settings -> DecimalDigitFilter::new));
        filters.put("lowercase", normalizing(settings -> {
            if (settings.get("language") != null) {
                throw new IllegalArgumentException("the small Elasticsearch of the local stack lowercases by no language's own rules");
            }
            return LowerCaseFilter::new;
        }));
        filters.put("asciifolding", (index, environment, name, settings) -> {
            boolean preserve = settings.getAsBoolean("preserve_original", false);
            // A normalizer must give one token, so there the original is never kept.
            return new Normalizing(name, in -> new ASCIIFoldingFilter(in, preserve), ASCIIFoldingFilter::new);
        });
        filters.put("pattern_replace", AnalysisPlugin.requiresAnalysisSettings(normalizing(settings -> {
            Pattern pattern = pattern(settings);
            String replacement = settings.get("replacement", "");
            boolean all = settings.getAsBoolean("all", true);
            return in -> new PatternReplaceFilter(in, pattern, replacement, all);
        })));

        filters.put("arabic_stem", filter(settings -> ArabicStemFilter::new));
        filters.put("stemmer", AnalysisPlugin.requiresAnalysisSettings(filter(settings -> stemmer(settings))));
        filters.put("keyword_marker", AnalysisPlugin.requiresAnalysisSettings(
            (index, environment, name, settings) -> keywordMarker(environment, name, settings)
        ));
        filters.put("unique", filter(settings -> {
            boolean samePosition = settings.getAsBoolean("only_on_same_position", false);
            return in -> new UniqueFilter(in, samePosition);
        }));
        filters.put("edge_ngram", filter(settings -> {
            int min = settings.getAsInt("min_gram", 1);
            int max = settings.getAsInt("max_gram", 2);
            boolean preserve = settings.getAsBoolean("preserve_original", false);
            return in -> new EdgeNGramTokenFilter(in, min, max, preserve);
        }));
        filters.put("pattern_capture", AnalysisPlugin.requiresAnalysisSettings(filter(settings -> {
            boolean preserve = settings.getAsBoolean("preserve_original", true);
            Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            if (patterns.length == 0) {
                throw new IllegalArgumentException("required setting 'patterns' is missing for a token filter of type 'pattern_capture'");
            }
            return in -> new PatternCaptureGroupTokenFilter(in, preserve, patterns);
        })));
        return filters;
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "mapping",
            AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                NormalizeCharMap map = Mappings.read(Analysis.getWordList(environment, settings, "mappings"));
                return new NormalizingChars(name, reader -> new MappingCharFilter(map, reader));
            }),
            "pattern_replace",
            AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                Pattern pattern = pattern(settings);
                String replacement = settings.get("replacement", "");
                return new NormalizingChars(name, reader -> new PatternReplaceCharFilter(pattern, replacement, reader));
            }),
            "html_strip",
            (index, environment, name, settings) -> {
                Set<String> kept = new HashSet<>(settings.getAsList("escaped_tags"));
                return new Chars(name, reader -> new HTMLStripCharFilter(reader, kept));
            }
        );
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "uax_url_email",
            tokenizer(settings -> {
                int longest = settings.getAsInt("max_token_length", 255);
                return () -> {
                    UAX29URLEmailTokenizer tokenizer = new UAX29URLEmailTokenizer();
                    tokenizer.setMaxTokenLength(longest);
                    return tokenizer;
                };
            }),
            "whitespace",
            tokenizer(settings -> {
                int longest = settings.getAsInt("max_token_length", 255);
                return () -> new WhitespaceTokenizer(Tokenizer.DEFAULT_TOKEN_ATTRIBUTE_FACTORY, longest);
            }),
            "keyword",
            tokenizer(settings -> {
                int buffer = settings.getAsInt("buffer_size", 256);
                return () -> new KeywordTokenizer(buffer);
            })
        );
    }

    // What can be named without defining it first, as in the stock module: all of the above that need no option.

    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        return List.of(
            PreConfiguredTokenFilter.singleton("arabic_normalization", true, ArabicNormalizationFilter::new),
            PreConfiguredTokenFilter.singleton("persian_normalization", true, PersianNormalizationFilter::new),
            PreConfiguredTokenFilter.singleton("decimal_digit", true, DecimalDigitFilter::new),
            PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new),
            PreConfiguredTokenFilter.singleton("arabic_stem", false, ArabicStemFilter::new),
            PreConfiguredTokenFilter.singleton("unique", false, in -> new UniqueFilter(in, false))
        );
    }

    @Override
    public List<PreConfiguredCharFilter> getPreConfiguredCharFilters() {
        return List.of(PreConfiguredCharFilter.singleton("html_strip", false, HTMLStripCharFilter::new));
    }

    @Override
    public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
        return List.of(
            PreConfiguredTokenizer.singleton("uax_url_email", UAX29URLEmailTokenizer::new),
            PreConfiguredTokenizer.singleton("whitespace", WhitespaceTokenizer::new),
            PreConfiguredTokenizer.singleton("keyword", KeywordTokenizer::new)
        );
    }

    private static UnaryOperator<TokenStream> stemmer(Settings settings) {
        String language = settings.get("language", settings.get("name", "porter"));
        if (!language.equalsIgnoreCase("arabic")) {
            throw new IllegalArgumentException(
                "the small Elasticsearch of the local stack stems arabic only, not [" + language + "]"
            );
        }
        return ArabicStemFilter::new;
    }

    private static TokenFilterFactory keywordMarker(Environment environment, String name, Settings settings) {
        boolean ignoreCase = settings.getAsBoolean("ignore_case", false);
        String keywordsPattern = settings.get("keywords_pattern");
        if (keywordsPattern != null) {
            if (settings.get("keywords") != null || settings.get("keywords_path") != null) {
                throw new IllegalArgumentException("cannot specify both `keywords_pattern` and `keywords` or `keywords_path`");
            }
            Pattern pattern = Pattern.compile(keywordsPattern);
            return new Plain(name, in -> new PatternKeywordMarkerFilter(in, pattern));
        }
        CharArraySet keywords = Analysis.getWordSet(environment, settings, "keywords");
        if (keywords == null) {
            throw new IllegalArgumentException("keyword filter requires either `keywords`, `keywords_path`, or `keywords_pattern` to be configured");
        }
        CharArraySet words = new CharArraySet(keywords, ignoreCase);
        return new Plain(name, in -> new SetKeywordMarkerFilter(in, words));
    }

    /** The options `pattern` and `flags`, the latter as names of java.util.regex.Pattern's constants between bars. */
    private static Pattern pattern(Settings settings) {
        String expression = settings.get("pattern");
        if (expression == null) {
            throw new IllegalArgumentException("pattern is missing for a filter of type 'pattern_replace'");
        }
        int flags = 0;
        for (String flag : settings.get("flags", "").split("\\|")) {
            flags |= switch (flag.strip().toUpperCase(Locale.ROOT)) {
                case "" -> 0;
                case "CASE_INSENSITIVE" -> Pattern.CASE_INSENSITIVE;
                case "MULTILINE" -> Pattern.MULTILINE;
                case "DOTALL" -> Pattern.DOTALL;
                case "UNICODE_CASE" -> Pattern.UNICODE_CASE;
                case "CANON_EQ" -> Pattern.CANON_EQ;
                case "UNIX_LINES" -> Pattern.UNIX_LINES;
                case "LITERAL" -> Pattern.LITERAL;
                case "COMMENTS" -> Pattern.COMMENTS;
                case "UNICODE_CHAR_CLASS", "UNICODE_CHARACTER_CLASS" -> Pattern.UNICODE_CHARACTER_CLASS;
                default -> throw new IllegalArgumentException("Unknown regex flag [" + flag + "]");
            };
        }
        return Pattern.compile(expression, flags);
    }

    private static AnalysisProvider<TokenFilterFactory> filter(Function<Settings, UnaryOperator<TokenStream>> make) {
        return (index, environment, name, settings) -> new Plain(name, make.apply(settings));
    }

    private static AnalysisProvider<TokenFilterFactory> normalizing(Function<Settings, UnaryOperator<TokenStream>> make) {
        return (index, environment, name, settings) -> {
            UnaryOperator<TokenStream> wrap = make.apply(settings);
            return new Normalizing(name, wrap, wrap);
        };
    }

    private static AnalysisProvider<TokenizerFactory> tokenizer(Function<Settings, Supplier<Tokenizer>> make) {
        return (index, environment, name, settings) -> TokenizerFactory.newFactory(name, make.apply(settings));
    }

    private record Plain(String name, UnaryOperator<TokenStream> wrap) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return wrap.apply(in);
        }
    }

    private record Normalizing(String name, UnaryOperator<TokenStream> wrap, UnaryOperator<TokenStream> wrapForNormalizer)
        implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return wrap.apply(in);
        }

        @Override
        public TokenStream normalize(TokenStream in) {
            return wrapForNormalizer.apply(in);
        }
    }

    private record Chars(String name, UnaryOperator<Reader> wrap) implements CharFilterFactory {
        @Override
        public Reader create(Reader in) {
            return wrap.apply(in);
        }
    }

    private record NormalizingChars(String name, UnaryOperator<Reader> wrap) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader in) {
            return wrap.apply(in);
        }
    }
}
