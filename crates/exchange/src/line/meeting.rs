//! A meeting: `leadId, startsAt, endsAt?, status, bookedAt`.

use serde::Serialize;
use synaptiq_domain::{
    history::{Meeting, MeetingStatus},
    lead::Lead,
};
use synaptiq_wire::{FieldError, field::Fields};

use super::{
    Naming,
    field::{self, maybe_at},
};
use crate::canonical::{At, Name};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MeetingLine {
    booked_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<At>,
    id: Name<Meeting>,
    lead_id: Name<Lead>,
    object: &'static str,
    starts_at: At,
    status: &'static str,
}

impl From<&Meeting> for MeetingLine {
    fn from(meeting: &Meeting) -> Self {
        let Meeting { id, lead, starts_at, ends_at, status, booked_at } = meeting;
        Self {
            booked_at: At(*booked_at),
            ends_at: ends_at.map(At),
            id: Name(*id),
            lead_id: Name(*lead),
            object: "meeting",
            starts_at: At(*starts_at),
            status: status.as_str(),
        }
    }
}

/// Reads a meeting. One that ends before it begins is none.
pub(super) fn read(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<Meeting, FieldError> {
    let booked_at = maybe_at(fields, "bookedAt")?
        .or(maybe_at(fields, "createdAt")?)
        .ok_or_else(|| fields.error("bookedAt", "is required"))?;
    let starts_at = fields.required("startsAt", |given| field::at(&given))?;
    let ends_at = maybe_at(fields, "endsAt")?;
    if ends_at.is_some_and(|end| end < starts_at) {
        return Err(fields.error("endsAt", "must not be before startsAt"));
    }
    Ok(Meeting {
        id: naming.id(fields, booked_at)?,
        lead: fields.required("leadId", |given| field::id(&given))?,
        starts_at,
        ends_at,
        status: fields
            .optional("status", |given| given.one_of(&MeetingStatus::ALL, MeetingStatus::as_str))?
            .unwrap_or(MeetingStatus::Booked),
        booked_at,
    })
}
