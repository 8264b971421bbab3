//! Many leads in one request (contract § 6): every row is a write of its own with an outcome of
//! its own. Under an `Idempotency-Key` every row keeps a receipt too, so that a request that was
//! cut short goes on where it stopped instead of creating rows again.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::join_all;
use synaptiq_domain::{
    lead::LeadDraft,
    receipt::ReceiptKey,
    use_cases::{CreateLeadOutcome, OnDuplicate, Recording, Services, UseCaseError, create_lead, record_refusal},
};
use synaptiq_wire::{
    Fault, FieldError,
    v1::lead::{BulkAnswer, BulkRow, read_bulk},
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// How many rows are written at once; their commits share one write to the disk.
const AT_ONCE: usize = 64;

type Row = (usize, Result<LeadDraft, FieldError>);
