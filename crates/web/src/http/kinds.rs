//! The kinds of problem that the API answers with, each documented at its own address.

/// The kinds of problem: code, status, title, and what it means.
pub const TYPES: &[(&str, u16, &str, &str)] = &[
    (
        "malformed",
        400,
        "The request cannot be read",
        "A parameter, header or body is not what the documentation says. `detail` names it.",
    ),
    (
        "signed-out",
        401,
        "Not signed in",
        "No session or token, or one that has ended. Sign in, or send a token that holds.",
    ),
    (
        "refused",
        403,
        "Refused",
        "The gate refused something that you may see. `because` lists the rules that decided, `ask` says who keeps them.",
    ),
    (
        "csrf",
        403,
        "The request did not come from our page",
        "A request with a session's cookie carries the page's token in X-CSRF-Token or the field `csrf`.",
    ),
    ("not-found", 404, "Not found", "There is nothing at this address that you may know of."),
    ("method", 405, "Not allowed here", "This address does not answer that method."),
    (
        "conflict",
        409,
        "It cannot be so now",
        "The present state does not allow it. `code` and `detail` say why.",
    ),
    (
        "duplicate",
        409,
        "Already in this matter",
        "The same bytes are already a record of this matter: `duplicate_of` names it.",
    ),
    (
        "stale",
        412,
        "Changed since it was read",
        "Someone changed it since. Read it again and repeat the change.",
    ),
    ("too-large", 413, "Too large", "The content is larger than this firm allows. `limit` is in bytes."),
    (
        "media-type",
        415,
        "Another content type is needed",
        "The body is of a type that this address does not take.",
    ),
    ("range", 416, "Nothing in that range", "The range begins beyond the end of the content."),
    (
        "invalid",
        422,
        "Not valid",
        "A field does not say what it must. `field` names it and `detail` says what to do.",
    ),
    ("if-match", 428, "If-Match is needed", "Send the ETag of the state that the change was made from."),
    (
        "throttled",
        429,
        "Too much at once",
        "Wrong attempts, or more requests of one person than are answered and may wait. Wait as many seconds as Retry-After says.",
    ),
    (
        "checksum",
        460,
        "The checksum does not fit",
        "The bytes that arrived are not those that were sent. Send the part again.",
    ),
    (
        "internal",
        500,
        "A fault of ours",
        "Something failed here. Give the request's id when you ask for help.",
    ),
    (
        "damaged",
        500,
        "Stored bytes do not hold",
        "What is stored is not what was written. It is not served; tell whoever runs the server.",
    ),
    ("sealed", 503, "The strongroom is sealed", "Its key is not in memory. Someone must unseal it."),
    (
        "unavailable",
        503,
        "Storage is out of reach",
        "The database or the store of files does not answer, or the ledger cannot be written.",
    ),
    ("full", 507, "Storage is full", "There is no room. Reading goes on; tell whoever runs the server."),
];
