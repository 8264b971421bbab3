//! Who may do what: tenants, their assistants and members, keys with scopes, and the proof of
//! having been authenticated that every store method asks for.

mod assistant;
mod key;
mod operator_session;
mod origin;
mod permission;
mod scope;
mod tenant;
mod widget;

pub use assistant::{Assistant, Member, Slug};
pub use key::{ApiKey, KeyKind, KeySecret, MalformedKey, hash_secret};
pub use operator_session::{OPERATOR_SESSION_LIFETIME, OperatorSession};
pub use origin::{MalformedOrigin, WebOrigin};
pub use permission::{Permission, PermissionSet, UnknownPermission};
pub use scope::{SystemScope, TenantScope};
pub use tenant::{CriteriaWeights, Currency, Retention, Tenant, TenantSettings};
pub use widget::{Colour, NotAColour, WidgetPosition, WidgetSettings, WidgetTheme};
