//! A report as a picture: conversations, leads and qualified leads per part of the period.
//!
//! SVG written by hand: bars while there is room for them, lines beyond that. The colours can be told apart by
//! everybody, and every mark says its figures.

use std::fmt::Write as _;

use synaptiq_domain::analytics::{Granularity, Overview, Part};

use super::grouped;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 480.0;
/// The field that marks are drawn in.
const LEFT: f64 = 72.0;
const RIGHT: f64 = WIDTH - 24.0;
const TOP: f64 = 96.0;
const BOTTOM: f64 = HEIGHT - 56.0;
/// The most parts that are drawn as bars.
const MOST_BARS: usize = 31;
/// How many steps the scale of figures has at most.
const STEPS: i64 = 6;
/// How wide a label under the field may be.
const LABEL_WIDTH: f64 = 72.0;

/// A figure that is drawn.
struct Series {
    name: &'static str,
    colour: &'static str,
    of: fn(&Part) -> i64,
    total: i64,
}

/// The picture.
pub(super) fn svg(tenant: &str, overview: &Overview, granularity: Granularity) -> String {
    let summary = &overview.summary;
    let all = [
        Series {
            name: "Conversations",
            colour: "#0072b2",
            of: |part| part.conversations,
            total: summary.conversations,
        },
        Series { name: "New leads", colour: "#e69f00", of: |part| part.leads, total: summary.leads },
        Series { name: "Qualified leads", colour: "#009e73", of: |part| part.qualified, total: summary.qualified },
    ];
    let (first, last) = (overview.period.first().iso(), overview.period.last().iso());
    let each = granularity.as_str();
    let title = escaped(&format!("{tenant}: conversations, leads and qualified leads per {each}, {first} to {last}"));
    let told = all.iter().map(|series| format!("{} {}", grouped(series.total), series.name.to_lowercase()));
    let description = format!("In all {}.", told.collect::<Vec<_>>().join(", "));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-labelledby=\"title description\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\" \
         font-size=\"13\">\n<title id=\"title\">{title}</title>\n<desc id=\"description\">{description}</desc>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    heading(&mut svg, tenant, &format!("{first} to {last}, per {each}"));
    legend(&mut svg, &all);
    let scale = Scale::of(all.iter().flat_map(|series| overview.series.iter().map(series.of)).max().unwrap_or(0));
    axes(&mut svg, &scale, &overview.series, granularity);
    if overview.series.len() <= MOST_BARS {
        bars(&mut svg, &scale, &overview.series, &all);
    } else {
        lines(&mut svg, &scale, &overview.series, &all);
    }
    svg.push_str("</svg>\n");
    svg
}

/// From figures to heights. The top of the field is a round number.
struct Scale {
    step: i64,
    top: i64,
}

impl Scale {
    /// A scale whose steps are 1, 2 or 5 times a power of ten.
    fn of(most: i64) -> Self {
        let mut step = 1;
        let rounds = [2, 5, 10].into_iter().cycle();
        let mut power = 1;
        for round in rounds {
            if most <= step * STEPS {
                break;
            }
            step = round * power;
            if round == 10 {
                power *= 10;
            }
        }
        let top = (most.max(1) + step - 1) / step * step;
        Self { step, top }
    }

    fn y(&self, figure: i64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * ratio(figure, self.top)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture has fewer points than 2^53")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// How wide the place of each part is.
fn place(parts: &[Part]) -> f64 {
    (RIGHT - LEFT) / f64::from(u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX))
}

/// The middle of a part's place.
fn middle(parts: &[Part], at: usize) -> f64 {
    LEFT + place(parts) * (f64::from(u32::try_from(at).unwrap_or(u32::MAX)) + 0.5)
}

fn heading(svg: &mut String, tenant: &str, what: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"34\" font-size=\"20\" font-weight=\"600\" fill=\"#1a1a1a\">{}</text>\n\
         <text x=\"{LEFT}\" y=\"56\" fill=\"#595959\">{what}</text>",
        escaped(tenant)
    );
}

fn legend(svg: &mut String, all: &[Series; 3]) {
    let mut x = LEFT;
    for Series { name, colour, total, .. } in all {
        let text = format!("{name} {}", grouped(*total));
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"69\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"80\" fill=\"#333333\">{text}</text>",
            x + 18.0
        );
        x += 50.0 + 7.0 * f64::from(u32::try_from(text.len()).unwrap_or(0));
    }
}

fn axes(svg: &mut String, scale: &Scale, parts: &[Part], granularity: Granularity) {
    let mut figure = 0;
    while figure <= scale.top {
        let y = scale.y(figure);
        let colour = if figure == 0 { "#8c8c8c" } else { "#e3e3e3" };
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{colour}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#595959\">{}</text>",
            LEFT - 10.0,
            y + 4.5,
            grouped(figure)
        );
        figure += scale.step;
    }
    // As many labels as there is room for, at even distances, the first part having one.
    let mut every = 1;
    while place(parts) * f64::from(every) < LABEL_WIDTH {
        every += 1;
    }
    let labelled = parts.iter().enumerate().step_by(usize::try_from(every).unwrap_or(1));
    for (at, part) in labelled {
        let x = middle(parts, at);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#595959\">{}</text>",
            BOTTOM + 22.0,
            label(part, granularity)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"12\" fill=\"#595959\">{} (UTC)</text>",
        f64::midpoint(LEFT, RIGHT),
        HEIGHT - 12.0,
        match granularity {
            Granularity::Day => "day",
            Granularity::Week => "first day of the week",
            Granularity::Month => "month",
        }
    );
}

fn label(part: &Part, granularity: Granularity) -> String {
    let date = part.period.first().date();
    let month = &date.month().to_string()[..3];
    match granularity {
        Granularity::Day | Granularity::Week => format!("{} {month}", date.day()),
        Granularity::Month => format!("{month} {}", date.year()),
    }
}

/// What a mark says when it is pointed at, and to whoever hears the picture.
fn telling(part: &Part, series: &Series) -> String {
    let (first, last) = (part.period.first().iso(), part.period.last().iso());
    let days = if first == last { first } else { format!("{first} to {last}") };
    format!("<title>{days}: {} {}</title>", grouped((series.of)(part)), series.name.to_lowercase())
}

fn bars(svg: &mut String, scale: &Scale, parts: &[Part], all: &[Series; 3]) {
    // A fifth of a place stays free, so that the bars of a part stand together.
    let group = (place(parts) * 0.8).min(180.0);
    let width = group / 3.0;
    for (at, part) in parts.iter().enumerate() {
        let mut x = middle(parts, at) - group / 2.0;
        for series in all {
            let y = scale.y((series.of)(part));
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\">{}</rect>",
                x + width * 0.05,
                width * 0.9,
                BOTTOM - y,
                series.colour,
                telling(part, series)
            );
            x += width;
        }
    }
}

fn lines(svg: &mut String, scale: &Scale, parts: &[Part], all: &[Series; 3]) {
    for series in all {
        let points: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(at, part)| format!("{:.1},{:.1}", middle(parts, at), scale.y((series.of)(part))))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
            points.join(" "),
            series.colour
        );
        for (at, part) in parts.iter().enumerate() {
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"{}\" fill-opacity=\"0\">{}</circle>",
                middle(parts, at),
                scale.y((series.of)(part)),
                series.colour,
                telling(part, series)
            );
        }
    }
}

/// Text as XML takes it: without what has a meaning there, and without characters that it forbids.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{
        analytics::{CounterKey, DayFigures, Figures, Period},
        time::Day,
    };

    use super::*;

    fn overview(days: i32, granularity: Granularity) -> Overview {
        let period = Period::new(Day(20_513), Day(20_512 + days)).expect("a period");
        let rows: Vec<DayFigures> = (0..days)
            .map(|at| {
                let size = i64::from(at % 7) * 40;
                let figures = Figures {
                    conversations: 100 + size,
                    leads: 20 + i64::from(at % 9),
                    qualified: 7,
                    ..Figures::default()
                };
                DayFigures { key: CounterKey { day: Day(20_513 + at), channel: None, source: None }, figures }
            })
            .collect();
        Overview::of(period, &rows, &period.parts(granularity))
    }

    #[test]
    fn a_picture_has_a_title_a_legend_axes_and_a_mark_for_every_figure() {
        let svg = svg("Tom & <Jerry>\u{1}", &overview(31, Granularity::Week), Granularity::Week);
        assert!(svg.contains(
            "<title id=\"title\">Tom &amp; &lt;Jerry&gt; : conversations, leads and qualified leads per week"
        ));
        assert_eq!(svg.matches("<rect ").count(), 1 + 3 + 4 * 3, "the ground, the legend, three bars a week");
        assert!(svg.contains(">1 Mar<") && svg.contains(">22 Mar<"), "the weeks are labelled");
        assert!(svg.contains("2026-03-01 to 2026-03-07: "), "a mark says its figures");
        assert!(svg.contains("role=\"img\" aria-labelledby=\"title description\""));
    }

    #[test]
    fn many_parts_are_lines_with_as_many_labels_as_there_is_room_for() {
        let svg = svg("Acme", &overview(365, Granularity::Day), Granularity::Day);
        assert_eq!((svg.matches("<polyline ").count(), svg.matches("<circle ").count()), (3, 3 * 365));
        let labels = svg.matches("y=\"446.0\"").count();
        assert!((5..=12).contains(&labels), "{labels} labels");
    }

    #[test]
    fn a_picture_of_nothing_has_a_scale() {
        let period = Period::new(Day(0), Day(0)).expect("a day");
        let empty = Overview::of(period, &[], &period.parts(Granularity::Day));
        let svg = svg("Acme", &empty, Granularity::Day);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(svg.contains(">1<"), "the scale reaches to one");
    }

    #[test]
    fn a_scale_has_round_steps_and_holds_the_largest_figure() {
        for (most, step, top) in
            [(0, 1, 1), (1, 1, 1), (6, 1, 6), (7, 2, 8), (26, 5, 30), (1_021, 200, 1_200), (99_999, 20_000, 100_000)]
        {
            let scale = Scale::of(most);
            assert_eq!((scale.step, scale.top), (step, top), "for {most}");
        }
    }
}
