//! Someone signed in, in a browser: who it is, what frames their pages, and the proof that a form is ours.
//!
//! [`Page`] answers GET; on any other method it wants the token in a header. [`Posted`] takes a form and
//! holds its token against the session. There is no third way to be signed in on a page.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use strongroom_domain::features::client;
use strongroom_domain::features::session::{self, Me};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{ClientId, RecordId};
use strongroom_domain::{Ctx, Error};

use super::form::Fields;
use super::problem::Problem;
use super::request::Rq;
use super::trouble::{Trouble, form_page};
use super::when::Clocks;
use super::{browser, cookies, csrf, flash, repeat};
use crate::layout::{Flash, Presenting, Section, Shell, Theme, nav_for};
use crate::state::WebState;
use crate::view::parts::Csrf;

/// What every page of one request shares.
pub struct PageCx {
    /// The ways to do anything.
    pub ctx: Arc<Ctx>,
    /// Who.
    pub me: Me,
    /// The face.
    pub state: WebState,
    /// The client that is being presented; nothing of another is shown.
    pub presenting: Option<(ClientId, String)>,
    /// How times are said.
    pub clocks: Clocks,
    firm: String,
    csrf: String,
    theme: Theme,
    flash: Option<Flash>,
    added: Option<(usize, RecordId)>,
    here: String,
    request: String,
    bound: String,
}

/// See the module.
#[derive(Clone)]
pub struct Page(Arc<PageCx>);

impl Deref for Page {
    type Target = PageCx;

    fn deref(&self) -> &PageCx {
        &self.0
    }
}

impl PageCx {
    /// The frame of a page.
    #[must_use]
    pub fn shell(&self, title: impl Into<String>, section: Section) -> Shell {
        Shell {
            // a title stays in the browser's history: while presenting it says nothing
            title: if self.presenting.is_some() { String::from("Strongroom") } else { title.into() },
            firm_name: self.firm.clone(),
            person_name: self.me.name.clone(),
            initials: self.me.initials.clone(),
            role_name: self.me.role.says().to_owned(),
            nav: nav_for(shown(self.me.role), section, |s| self.offer(s)),
            crumbs: Vec::new(),
            presenting: self
                .presenting
                .as_ref()
                .map(|(id, name)| Presenting { client_id: id.to_string(), client_name: name.clone() }),
            present_client_id: None,
            palette: self.me.role != Role::ClientContact,
            csrf: self.csrf.clone(),
            theme: self.theme,
            flash: self.flash.clone(),
            request_id: self.request.clone(),
            here: self.here.clone(),
            idle_seconds: u32::try_from(self.ctx.room().settings().session_idle / 1_000_000).unwrap_or(3600),
            asset_version: crate::assets::VERSION.to_owned(),
        }
    }

    /// The records that a form has just added: how many, and the first of them.
    #[must_use]
    pub const fn added(&self) -> Option<(usize, RecordId)> {
        self.added
    }

    /// The hidden fields of a form.
    #[must_use]
    pub fn csrf(&self) -> Csrf {
        Csrf { token: self.csrf.clone(), once: csrf::fresh() }
    }

    /// Light or dark.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.theme
    }

    /// Path and query of this page.
    #[must_use]
    pub fn here(&self) -> &str {
        &self.here
    }

    /// What was typed here before a fresh code was asked for.
    #[must_use]
    pub fn draft(&self, path: &str) -> Fields {
        let session = self.ctx.actor().carrier().map(|c| c.to_string()).unwrap_or_default();
        self.state.drafts().take(&session, path, self.ctx.now()).unwrap_or_default()
    }

    /// A cookie value that presents `client` in this session only.
    #[must_use]
    pub fn present_cookie(&self, client: ClientId) -> String {
        browser::present_value(&self.bound, client)
    }

    /// The client to which lists are narrowed.
    #[must_use]
    pub fn only_client(&self) -> Option<ClientId> {
        self.presenting.as_ref().map(|(id, _)| *id)
    }

    /// Short name of a person or system role.
    #[must_use]
    pub fn name_of(&self, actor: &str) -> String {
        self.ctx.room().directory().name_of_actor(actor).unwrap_or_else(|| actor.to_owned())
    }

    fn offer(&self, section: Section) -> crate::layout::Offer {
        use crate::layout::Offer::{Hidden, Shown};
        if self.presenting.is_some() && !matches!(section, Section::Matters) {
            return Hidden;
        }
        match section {
            Section::Approvals
                if !matches!(self.me.role, Role::Partner | Role::ComplianceOfficer | Role::Administrator) =>
            {
                Hidden
            }
            Section::Walls
                if !matches!(self.me.role, Role::ComplianceOfficer | Role::Partner | Role::Associate) =>
            {
                Hidden
            }
            _ => Shown(None),
        }
    }
}

/// The role as the frame knows it.
#[must_use]
pub fn shown(role: Role) -> crate::layout::Role {
    let word = role.word();
    crate::layout::Role::ALL
        .into_iter()
        .find(|r| r.word() == word)
        .unwrap_or(crate::layout::Role::ClientContact)
}

/// The theme that the browser keeps.
#[must_use]
pub fn theme(headers: &HeaderMap) -> Theme {
    Theme::from_word(cookies::read(headers, cookies::THEME).unwrap_or_default())
}

impl Page {
    /// Signs the request in by its cookie; says nothing yet about where a form came from.
    async fn open(headers: &HeaderMap, rq: &Rq, state: &WebState) -> Result<Self, Trouble> {
        let Some(secret) = cookies::read(headers, cookies::SESSION) else {
            return Err(Trouble::from(Error::SignedOut));
        };
        let ctx = browser::signed_in(headers, secret, state, rq).await?;
        let me = session::who(&ctx).await?;
        let presenting = match ctx.presents() {
            None => None,
            // shown by name while the person may see it; else nothing of anyone is shown
            Some(id) => Some((id, client::client(&ctx, id).await.map(|(c, _)| c.name).unwrap_or_default())),
        };
        let page = Self(Arc::new(PageCx {
            me,
            presenting,
            clocks: Clocks::new(state.zone().clone(), ctx.now()),
            firm: state.firm_name().await,
            csrf: csrf::token(secret),
            theme: theme(headers),
            flash: flash::read(headers),
            added: flash::added_records(headers),
            // a page drawn in answer to a form stands elsewhere than the form was sent to
            here: if rq.safe {
                rq.here.clone()
            } else {
                form_page(rq.here.split('?').next().unwrap_or_default())
            },
            request: rq.id.to_string(),
            bound: secret.to_owned(),
            state: state.clone(),
            ctx,
        }));
        rq.page.set(page.clone()).ok();
        Ok(page)
    }
}

pub(super) fn rq(parts: &Parts) -> Result<Arc<Rq>, Trouble> {
    parts.extensions.get::<Arc<Rq>>().cloned().ok_or_else(|| Trouble::from(Problem::internal()))
}

impl FromRequestParts<WebState> for Page {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Trouble> {
        let rq = rq(parts)?;
        let page = Self::open(&parts.headers, &rq, state).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let given = parts.headers.get(csrf::HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
            if !csrf::fits(&page.bound, given) {
                return Err(Trouble::from(Problem::csrf()));
            }
        }
        Ok(page)
    }
}

/// A form of our own page, sent by someone signed in.
pub struct Posted {
    /// Who, and the frame.
    pub page: Page,
    /// What was typed.
    pub fields: Fields,
}

impl FromRequest<WebState> for Posted {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        let rq = rq(&parts)?;
        let page = Page::open(&parts.headers, &rq, state).await?;
        let fields = Fields::of_body(&parts.headers, body).await?;
        if !csrf::fits(&page.bound, fields.get("csrf")) {
            return Err(Trouble::from(Problem::csrf()));
        }
        repeat::by_form(&page.ctx, &rq.here, &fields);
        if let Ok(mut typed) = rq.typed.lock() {
            *typed = Some(fields.clone());
        }
        Ok(Self { page, fields })
    }
}

impl Page {
    /// Takes a body that is no plain form (files): its token comes first, and is held here.
    ///
    /// # Errors
    /// Signed out.
    pub async fn before_files(parts: &Parts, state: &WebState) -> Result<Self, Trouble> {
        let rq = rq(parts)?;
        Self::open(&parts.headers, &rq, state).await
    }

    /// Whether the form with files is ours, by the fields before them; a double click files them once.
    #[must_use]
    pub fn form_fits(&self, fields: &Fields) -> bool {
        let ours = csrf::fits(&self.0.bound, fields.get("csrf"));
        if ours && !self.ctx.repeats() {
            repeat::by_form(&self.ctx, &self.here, fields);
        }
        ours
    }
}
