//! Figures of periods, of the whole product: the published ones out of an imported history, and the reports of
//! the command line.

mod history;
mod published;
mod report;
