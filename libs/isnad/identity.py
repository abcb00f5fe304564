"""Which article a raw record is: the same id for the same article, however often and by whatever way it arrives (pure).

An id is, in this order,

1. the producer's own `id`, kept as it is (surrounding space apart), so that who pushed an article finds it under the id
   that he gave. It is the producer's word that no other article, of any source, has it: where two outlets number their
   articles 1, 2, 3 … he writes the outlet's name before the number, or the later one counts as a new version of the
   earlier;
2. `source:hash` of the source and the canonical url (`canonical_url`), so that a corrected text is a new version of the
   same article;
3. `source:hash` of the source and the text, title included.

The hash is BLAKE2b with 80 bits, in hex; among a billion articles the chance of a collision is below one in a million.
What goes into it is made here from the standard library alone: ids must not change when a library changes its mind
about tracking parameters.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from isnad.errors import RecordError
from isnad.messages import EntityType, RawArticle, Reason
from isnad.text.words import words

MAX_ID_BYTES = 480
"""Longest id that a producer may give, in UTF-8: Elasticsearch takes 512, and a page's parts add `#1`, `#2` …"""

LONGEST_ID_BYTES = 512
"""Longest id of an article, a page's part included."""

MAX_SOURCE_BYTES = 128
"""Longest source, in UTF-8."""

LONGEST_ENTITY_NAME = 160
"""Characters of a name in an entity's id; what begins with so many equal ones counts as one."""

_HASH_BYTES = 10
_READABLE_SOURCE = 48
_DEFAULT_PORTS = (None, 80, 443)

_FOREIGN_PREFIXES = ("utm_", "mtm_")
_FOREIGN = frozenset({
    "__twitter_impression", "_ga", "_gl", "cmp", "cmpid", "dclid", "fb_ref", "fb_source", "fbclid", "gbraid", "gclid",
    "gclsrc", "igsh", "igshid", "jsessionid", "mc_cid", "mc_eid", "mkt_tok", "msclkid", "ncid", "ocid", "phpsessid",
    "ref_src", "ref_url", "s_cid", "sharetype", "smid", "spm", "sr_share", "srsltid", "ttclid", "twclid", "vero_id",
    "wbraid", "xtor", "yclid",
    # Matomo, once Piwik: its campaign parameters (matomo.org/faq/how-to/faq_120), those of its plugin
    # MarketingCampaignsReporting, and the visitor's number in links between domains.
    "pk_campaign", "pk_cid", "pk_content", "pk_cpn", "pk_keyword", "pk_kwd", "pk_medium", "pk_source", "pk_vid",
    # AT Internet, now Piano Analytics: its documentation of marketing campaigns, and what outlets add to these.
    "at_bbc_team", "at_campaign", "at_campaign_type", "at_channel", "at_creation", "at_custom1", "at_custom2",
    "at_custom3", "at_custom4", "at_detail_placement", "at_emailtype", "at_format", "at_general_placement",
    "at_identifier", "at_link", "at_link_id", "at_link_origin", "at_link_type", "at_medium", "at_network",
    "at_platform", "at_ptr_name", "at_recipient_id", "at_recipient_list", "at_send_date", "at_term", "at_type",
    "at_variant",
    # comScore Digital Analytix.
    "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel", "ns_source",
    # Webtrekk, now Mapp Intelligence: its media codes.
    "wt_mc", "wt_zmc",
    # HubSpot: what it adds to the links in a mail.
    "_hsenc", "_hsmi",
})  # fmt: skip
"""Query parameters that say how the reader came, or who he is, and not which article it is (lower case).

Whole names, as far as can be: a site may well call its own articles' numbers `pk_id` or `at_id`."""


def entity_id(type_: EntityType, canonical: str, country: str | None = None) -> str:
    """Return the id of an entity: `PER:بشار_الاسد`, `LOC:طرابلس:LY`.

    Made of its type, the folded words of its canonical name and, for a place, its country: spellings that fold alike
    are one entity, towns of one name in two countries are two.
    """
    name = "_".join(words(canonical))[:LONGEST_ENTITY_NAME]
    name = name.encode()[:MAX_ID_BYTES].decode(errors="ignore")  # letters of other planes take four bytes
    return f"{type_}:{name}:{country}" if type_ == "LOC" and country else f"{type_}:{name}"


def entity_key(type_: EntityType, canonical: str, id_: str) -> str:
    """Return `TYPE|folded name|canonical name|id`: what is searched by beginning, shown, and looked up."""
    return f"{type_}|{' '.join(words(canonical))}|{canonical}|{id_}"


def name_and_id(key: str) -> tuple[str, str]:
    """Return the canonical name and the id of an `entity_key`."""
    name, _, id_ = key.split("|", 2)[2].rpartition("|")
    return name, id_


def article_id(raw: RawArticle) -> str:
    """Return the id of the article (or of the page, where the record holds several).

    Raises:
        RecordError: the source or the given id can't be used, or there is nothing to make an id from.
    """
    source = _checked("source", raw.source, MAX_SOURCE_BYTES)
    if raw.id is not None:
        return _checked("id", raw.id, MAX_ID_BYTES)
    address = canonical_url(raw.url) if raw.url else None
    if address is not None:
        return _hashed(source, "url", address)
    text = _one_spelling(part for part in (raw.title, raw.body, raw.html) if part)
    if not text:
        raise RecordError(Reason.NO_TEXT, "the record has neither a title nor a body nor html")
    return _hashed(source, "text", text)


def checked_id(given: str) -> str:
    """Return an id by which somebody names an article or a page that is there already.

    Raises:
        RecordError: no article can have it.
    """
    id_ = _checked("id", given, LONGEST_ID_BYTES)
    if id_ != given:
        raise RecordError(Reason.SCHEMA_INVALID, "`id` begins or ends with white space")
    return id_


def part_id(page_id: str, number: int) -> str:
    """Return the id of a page's article `number` (1, 2 …)."""
    return f"{page_id}#{number}"


def page_of(id_: str) -> str:
    """Return the id of the page of which this would be a part's id, else the id itself."""
    page_id, mark, number = id_.rpartition("#")
    return page_id if mark and number.isdecimal() and page_id else id_


def canonical_url(url: str) -> str | None:
    """Return one writing for all addresses of one article, or None where the address can't tell articles apart.

    Scheme, `www.`, user, default port, fragment, tracking parameters, order of the parameters, trailing slash,
    percent-encoding and the host's case and script make no difference. The result is for comparing and hashing, not for
    opening. None: no web address, or that of a whole site (neither path nor parameters), which some feeds give for each
    of their articles.
    """
    try:
        parts = urlsplit(_with_host(url.strip().replace("&amp;", "&")))
        port = parts.port
    except ValueError:
        return None
    host = _host(parts)
    if not host or parts.scheme.lower() not in ("", "http", "https"):
        return None
    path = "/".join(_percent_encoded(segment) for segment in parts.path.rstrip("/").split("/"))
    query = urlencode(sorted(_own_parameters(parts.query)), errors="surrogateescape")
    # Pages drawn by a script name the article behind the hash: #!/news/5.
    place = f"#{_percent_encoded(parts.fragment)}" if parts.fragment.startswith(("!", "/")) else ""
    if not (path or query or place):
        return None
    return host + ("" if port in _DEFAULT_PORTS else f":{port}") + path + (f"?{query}" if query else "") + place


def _with_host(url: str) -> str:
    """Feeds also write `www.example.com/a`."""
    first = url.partition("/")[0]
    return f"//{url}" if "." in first and ":" not in first else url


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _percent_encoded(written: str) -> str:
    """The same for `خبر`, `%D8%AE%D8%A8%D8%B1` and `%d8%ae%d8%a8%d8%b1`; bytes that are not UTF-8 stay apart."""
    decoded = unicodedata.normalize("NFC", unquote(written, errors="surrogateescape"))
    return quote(_bytes(decoded), safe="!,:")


def _own_parameters(query: str) -> Iterable[tuple[bytes, bytes]]:
    for name, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape"):
        lower = name.lower()
        if lower not in _FOREIGN and not lower.startswith(_FOREIGN_PREFIXES):
            yield _bytes(unicodedata.normalize("NFC", name)), _bytes(unicodedata.normalize("NFC", value))


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _one_spelling(parts: Iterable[str]) -> str:
    """White space, line ends, byte order marks and the order of combining marks make no difference."""
    return unicodedata.normalize("NFC", " ".join(" ".join(parts).replace("\ufeff", " ").split()))


def _hashed(source: str, kind: str, text: str) -> str:
    content = "\0".join((source, kind, text)).encode("utf-8", "surrogatepass")
    readable = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in source)[:_READABLE_SOURCE]
    return f"{readable}:{hashlib.blake2b(content, digest_size=_HASH_BYTES).hexdigest()}"


def _checked(field: str, value: str, max_bytes: int) -> str:
    value = value.strip()
    if not value:
        raise RecordError(Reason.SCHEMA_INVALID, f"`{field}` is blank")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise RecordError(Reason.SCHEMA_INVALID, f"`{field}` holds a control character")
    if len(value.encode()) > max_bytes:
        raise RecordError(Reason.SCHEMA_INVALID, f"`{field}` is longer than {max_bytes} bytes")
    return value
