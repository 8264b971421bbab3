//! The published figures, out of a history that is imported by the command line.

use std::fs;

use synaptiq_tests::Server;

use super::history;
use crate::samples::{page::shown, published};

const PAGE: &str = "synaptiq-v1-analytics.txt";

#[tokio::test]
async fn an_imported_history_gives_every_published_figure_to_the_digit() {
    let Some(page) = published(PAGE, "the published figures out of an imported history") else { return };
    let [overview, compared, funnel, _] = &shown(&page)[..] else { panic!("the page shows other answers") };

    let server = Server::start();
    let file = server.folder().join("history.ndjson");
    fs::write(&file, history::ndjson()).expect("written");
    let name = file.to_str().expect("UTF-8");
    server.command_line(&["import", name]).succeeded();

    let admin = server.admin();
    let days = "startDate=2026-03-01&endDate=2026-03-31";
    let get = async |path: String| admin.get(&format!("/api/v1/analytics/{path}")).await.expect(200).json();
    let weekly = get(format!("overview?{days}&granularity=week")).await;
    assert_eq!(&weekly, overview, "{weekly:#}");
    let beside = get(format!("overview?{days}&compareWith=previous_period")).await;
    assert_eq!(beside["comparison"], compared["comparison"], "{beside:#}");
    assert_eq!(beside["summary"], overview["summary"]);
    let stages = get(format!("funnel?{days}")).await;
    assert_eq!(&stages, funnel, "{stages:#}");

    // Every figure of a period is a sum of its days.
    let daily = get(format!("overview?{days}")).await;
    let sum = |name: &str| -> i64 {
        daily["timeSeries"].as_array().expect("a series").iter().filter_map(|day| day[name].as_i64()).sum()
    };
    assert_eq!((sum("conversations"), sum("leads"), sum("qualifiedLeads")), (3_847, 612, 289));

    // What happened is told too, and the same file changes nothing.
    let told = get(format!("activity?{days}&type=lead.qualified&limit=1")).await;
    assert_eq!(told["pagination"]["total"], 289, "{told:#}");
    for (kind, total) in [("lead.created", 612), ("conversion.completed", 62), ("meeting.booked", 100)] {
        let told = get(format!("activity?{days}&type={kind}&limit=1")).await;
        assert_eq!(told["pagination"]["total"], total, "{kind}: {told:#}");
    }
    server.command_line(&["import", name]).succeeded();
    assert_eq!(get(format!("overview?{days}&granularity=week")).await, weekly);
    assert_eq!(get(format!("funnel?{days}")).await, stages);

    // A report says the same, and draws it.
    let picture = server.folder().join("march.svg");
    let arguments =
        ["report", "--from", "2026-03-01", "--to", "2026-03-31", "--granularity", "week", "--json", "--svg"];
    let arguments = [&arguments[..], &[picture.to_str().expect("UTF-8")]].concat();
    let report = server.command_line(&arguments).succeeded().json();
    assert_eq!((&report["overview"], &report["funnel"]), (overview, funnel));
    assert_eq!(fs::read_to_string(&picture).expect("written").matches("<rect ").count(), 1 + 3 + 4 * 3);
}
