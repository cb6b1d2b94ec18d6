//! The OpenAPI 3.1 document, generated from the same code that answers; what holds for every route is
//! added once, here.

use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
};
use utoipa::{OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::http::cookies;
use crate::http::problem::{DuplicateOf, Problem, RuleSays};
use crate::state::WebState;

/// What the document says of itself.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Strongroom",
        version = "1",
        description = "The records system of a law firm. Every answer carries X-Request-Id and, where it left an entry in the ledger, X-Ledger-Entry. Errors are RFC 9457 problem details. An identifier that is malformed, of another type or unknown answers the same 404."
    ),
    components(schemas(Problem, DuplicateOf, RuleSays)),
    tags(
        (name = "me", description = "The caller, their sessions and tokens"),
        (name = "clients", description = "Clients of the firm"),
        (name = "matters", description = "Matters and their teams"),
        (name = "records", description = "Records, versions, folders, content"),
        (name = "uploads", description = "Resumable uploads, tus 1.0"),
        (name = "walls", description = "Ethical walls"),
        (name = "ledger", description = "Entries, receipts, and the log's public files"),
        (name = "policies", description = "The rules in force, and how others come into force"),
        (name = "directory", description = "Staff and groups"),
        (name = "system", description = "Liveness")
    )
)]
struct Document;

/// An empty router with the document's head.
pub(crate) fn router() -> OpenApiRouter<WebState> {
    OpenApiRouter::with_openapi(Document::openapi())
}

/// Statuses that any route may answer.
const COMMON: [(&str, &str); 6] = [
    ("400", "It cannot be read."),
    ("401", "Not signed in."),
    ("403", "Refused; `because` says by which rules."),
    ("404", "Nothing that the caller may know of."),
    ("429", "Too much at once: wrong attempts, or requests."),
    ("503", "Sealed, or storage out of reach."),
];

fn problem(description: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
        .into()
}

fn add_common(operation: &mut Operation) {
    for (status, description) in COMMON {
        let there = &mut operation.responses.responses;
        there.entry(status.to_owned()).or_insert_with(|| problem(description));
    }
}

/// Every change may be sent again under its key.
fn add_key(operation: &mut Operation) {
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 255 printable characters, fresh for each thing that is asked. Sent again by the same person \
             within 24 hours with the same request, it is answered as before and done once; with another request \
             it is 422. A refusal is not remembered, and a secret that is shown once is not shown again (409, \
             `repeat.shown_once`).",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)).build()))
        .build();
    operation.parameters.get_or_insert_default().push(key.into());
}

/// Adds what every route shares.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.head, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            add_common(operation);
        }
        for operation in
            [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
        {
            add_key(operation);
        }
    }
    // a template of OpenAPI has no word for "with slashes"
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("sr_pat_…").build();
    let session = ApiKey::Cookie(ApiKeyValue::new(cookies::SESSION));
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    let none: [&str; 0] = [];
    document.security =
        Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("session", none)]);
    document
}
