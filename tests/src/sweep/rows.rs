//! Every route of the API, and who may what there.

use axum::http::Method;
use serde_json::json;
use strongroom_domain::kernel::actor::Role;

use super::table::*;
use super::world::Seat;

pub(super) fn rows() -> Vec<Row> {
    let row = |method: Method, path, about, body, expect| Row { method, path, about, body, expect };
    vec![
        row(Method::GET, "/api/v1/me", false, nothing, everyone),
        row(Method::GET, "/api/v1/clients", false, nothing, every_client_list),
        row(
            Method::POST,
            "/api/v1/clients",
            false,
            |_, _| Some(json!({ "name": "Halcyon Dawn", "reference": "HD" })),
            takes_on,
        ),
        row(Method::GET, "/api/v1/clients/{id}", true, nothing, see),
        row(
            Method::PATCH,
            "/api/v1/clients/{id}",
            true,
            |_, s| Some(json!({ "name": format!("Northwind {}", s.matter) })),
            |a, s| {
                if is(a, &[Role::RecordsManager]) || s == Seat::Lead {
                    Expect::Done
                } else {
                    otherwise(a, s, "clients-named-by-keepers")
                }
            },
        ),
        row(Method::GET, "/api/v1/matters", false, nothing, every_client_list),
        row(
            Method::POST,
            "/api/v1/matters",
            false,
            |_, s| {
                Some(json!({
                    "client_id": s.client, "name": "Another matter", "reference": "NW-2",
                }))
            },
            |a, s| match a.role {
                // a records manager names the lead; the gate is what is swept here
                Some(role) if role == Role::RecordsManager || s == Seat::Lead => Expect::Passed,
                _ => otherwise(a, s, "only-partners-and-records-managers-take-on"),
            },
        ),
        row(
            Method::POST,
            "/api/v1/matters/search",
            false,
            |_, _| Some(json!({ "q": "dispute" })),
            every_client_list,
        ),
        row(Method::GET, "/api/v1/matters/{id}", true, nothing, see),
        row(
            Method::PATCH,
            "/api/v1/matters/{id}",
            true,
            |_, _| Some(json!({ "name": "Another name" })),
            keep,
        ),
        row(Method::GET, "/api/v1/matters/{id}/team", true, nothing, see),
        row(
            Method::PUT,
            "/api/v1/matters/{id}/team/{staff_id}",
            true,
            |_, _| Some(json!({ "seat": "reader" })),
            keep,
        ),
        row(Method::DELETE, "/api/v1/matters/{id}/team/{staff_id}", true, nothing, |a, s| match keep(a, s) {
            // nobody sits there: whoever may end seats learns so
            Expect::Done => Expect::NotFound,
            other => other,
        }),
        row(Method::GET, "/api/v1/matters/{id}/records", true, nothing, open),
        row(Method::POST, "/api/v1/matters/{id}/records", true, nothing, add),
        row(
            Method::POST,
            "/api/v1/matters/{id}/records/known",
            true,
            |_, _| Some(json!({ "sha256": ["00".repeat(32)] })),
            open,
        ),
        row(Method::GET, "/api/v1/matters/{id}/activity", true, nothing, open),
        row(Method::GET, "/api/v1/matters/{id}/export", true, nothing, lead_only),
        row(Method::GET, "/api/v1/records/{id}", true, nothing, open),
        row(
            Method::PATCH,
            "/api/v1/records/{id}",
            true,
            |_, _| Some(json!({ "title": "Complaint as filed" })),
            add,
        ),
        row(Method::GET, "/api/v1/records/{id}/content", true, nothing, open),
        row(Method::POST, "/api/v1/records/{id}/versions", true, nothing, add),
        row(Method::GET, "/api/v1/records/{id}/activity", true, nothing, open),
        row(Method::GET, "/api/v1/walls", false, nothing, every_staff),
        row(
            Method::POST,
            "/api/v1/walls",
            false,
            |w, s| {
                Some(json!({
                        "name": "Another wall", "reason": "A conflict.", "kind": "bars", "covers": { "clients": [], "matters": [s.matter] },
                        "staff": [w.actor("outsider").id], "groups": [],
                }))
            },
            makes_walls,
        ),
        row(Method::GET, "/api/v1/walls/{id}", true, nothing, sees_wall),
        row(
            Method::PATCH,
            "/api/v1/walls/{id}",
            true,
            |_, _| Some(json!({ "name": "Renamed wall" })),
            changes_wall,
        ),
        row(
            Method::DELETE,
            "/api/v1/walls/{id}",
            true,
            |_, _| Some(json!({ "reason": "The retainer ended." })),
            changes_wall,
        ),
        row(Method::GET, "/api/v1/matters/{id}/folders", true, nothing, open),
        row(
            Method::POST,
            "/api/v1/matters/{id}/folders",
            true,
            |_, _| Some(json!({ "path": "Pleadings" })),
            add,
        ),
        row(
            Method::POST,
            "/api/v1/matters/{id}/export",
            true,
            |_, _| Some(json!({ "reason": "The client moves on." })),
            lead_only,
        ),
        row(Method::GET, "/api/v1/staff/{id}", false, nothing, knows_staff),
        row(
            Method::POST,
            "/api/v1/staff",
            false,
            |_, _| Some(json!({ "name": "New Person", "email": "new@firm.example", "role": "paralegal" })),
            |a, s| passed(keeps_accounts(a, s)),
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/suspend",
            false,
            |_, _| Some(json!({ "reason": "On leave." })),
            on_staff,
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/resume",
            false,
            |_, _| Some(json!({ "reason": "Back." })),
            on_staff,
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/role",
            false,
            |_, _| Some(json!({ "role": "paralegal" })),
            on_staff,
        ),
        row(Method::POST, "/api/v1/staff/{id}/reset", false, |_, _| Some(json!({})), on_staff),
        row(Method::POST, "/api/v1/staff/{id}/link", false, nothing, on_staff),
        row(Method::GET, "/api/v1/approvals", false, nothing, approvals),
        row(Method::GET, "/api/v1/policies", false, nothing, sees_policies),
        row(Method::GET, "/api/v1/policies/candidates/{source}", false, nothing, sees_policies),
        row(
            Method::POST,
            "/api/v1/groups",
            false,
            |_, _| Some(json!({ "name": "Another group" })),
            |a, s| passed(keeps_accounts(a, s)),
        ),
        row(Method::GET, "/api/v1/sessions", false, nothing, everyone),
        row(Method::GET, "/api/v1/tokens", false, nothing, everyone),
        row(Method::GET, "/api/v1/uploads", false, nothing, every_staff),
        row(Method::GET, "/api/v1/staff", false, nothing, every_staff),
        row(Method::GET, "/api/v1/groups", false, nothing, every_staff),
        row(Method::GET, "/api/v1/explain", true, nothing, asks_why),
        row(Method::GET, "/api/v1/ledger/entries", false, nothing, lists_ledger),
    ]
}
