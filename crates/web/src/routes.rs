//! Every address of the server, in one list: a page is listed as it is added, the API by its own document.

use std::sync::OnceLock;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::OpenApiRouter;

use crate::features;
use crate::http::api::One;
use crate::openapi;
use crate::state::WebState;

/// Pages, each added with its method and path.
#[derive(Default)]
pub(crate) struct Paths {
    router: Router<WebState>,
    listed: Vec<(Method, &'static str)>,
}

impl Paths {
    /// A page to look at.
    pub(crate) fn get<H, T>(mut self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        self.listed.push((Method::GET, path));
        self.router = self.router.route(path, routing::get(handler));
        self
    }

    /// A form to send.
    pub(crate) fn post<H, T>(mut self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        self.listed.push((Method::POST, path));
        self.router = self.router.route(path, routing::post(handler));
        self
    }
}

/// All pages.
fn all_pages() -> Paths {
    let paths = features::session::pages(Paths::default());
    let paths = features::frame::pages(paths);
    let paths = features::today::pages(paths);
    let paths = features::client::pages(paths);
    let paths = features::matter::pages(paths);
    let paths = features::record::pages(paths);
    let paths = features::upload::pages(paths);
    let paths = features::wall::pages(paths);
    let paths = features::ledger::pages(paths);
    let paths = features::explain::pages(paths);
    let paths = features::staff::pages(paths);
    let paths = features::policy::pages(paths);
    features::group::pages(paths)
}

/// The pages' router.
pub(crate) fn pages() -> Router<WebState> {
    all_pages().router
}

/// The API: its router, not yet split from its document.
pub(crate) fn api() -> OpenApiRouter<WebState> {
    openapi::router()
        .merge(features::session::api())
        .merge(features::client::api())
        .merge(features::matter::api())
        .merge(features::record::api())
        .merge(features::upload::api())
        .merge(features::wall::api())
        .merge(features::ledger::api())
        .merge(features::explain::api())
        .merge(features::staff::api())
        .merge(features::policy::api())
        .merge(features::group::api())
}

/// What answers while sealed too: the ledger's public files, health, the documentation.
pub(crate) fn open() -> OpenApiRouter<WebState> {
    features::ledger::open().merge(features::frame::open())
}

/// The document of the API.
pub(crate) fn document() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| openapi::complete(api().merge(open()).split_for_parts().1))
}

fn methods(item: &PathItem) -> Vec<Method> {
    let known = [
        (Method::GET, item.get.is_some()),
        (Method::PUT, item.put.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::DELETE, item.delete.is_some()),
        (Method::OPTIONS, item.options.is_some()),
        (Method::HEAD, item.head.is_some()),
        (Method::PATCH, item.patch.is_some()),
    ];
    known.into_iter().filter(|(_, there)| *there).map(|(method, _)| method).collect()
}

/// Every method and path template that this server answers. `HEAD` goes with every `GET`.
#[must_use]
pub fn routes() -> Vec<(Method, &'static str)> {
    let mut all = all_pages().listed;
    all.push((Method::GET, "/assets/{*path}"));
    all.push((Method::GET, "/problems/{code}"));
    for (path, item) in &document().paths.paths {
        all.extend(methods(item).into_iter().map(|method| (method, path.as_str())));
    }
    all.sort_by(|a, b| (a.1, a.0.as_str()).cmp(&(b.1, b.0.as_str())));
    all
}

/// What a kind of problem means, for whoever follows its `type`.
pub(crate) async fn problem(One(code): One) -> axum::response::Response {
    features::frame::problem_page(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_listed_twice() {
        let all = routes();
        for pair in all.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        assert!(all.len() > 100, "the list has lost most of the server");
    }

    #[test]
    fn the_contract_is_answered() {
        let all = routes();
        for (method, path) in [
            (Method::GET, "/api/v1/me"),
            (Method::POST, "/api/v1/matters/search"),
            (Method::PUT, "/api/v1/matters/{id}/team/{staff_id}"),
            (Method::GET, "/api/v1/records/{id}/content"),
            (Method::PATCH, "/api/v1/uploads/{id}"),
            (Method::GET, "/api/v1/ledger/entries/{id}/receipt"),
            (Method::GET, "/ledger/checkpoint"),
            (Method::GET, "/readyz"),
        ] {
            assert!(all.contains(&(method.clone(), path)), "{method} {path} is not answered");
        }
    }
}
